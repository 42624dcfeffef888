package io.marft.actor.routing;

import static io.marft.actor.Fixtures.action;
import static io.marft.actor.Fixtures.agent;
import static io.marft.actor.Fixtures.chainOfTwo;
import static io.marft.actor.Fixtures.observation;
import static io.marft.actor.Fixtures.retrying;
import static io.marft.actor.Fixtures.team;
import static io.marft.actor.Fixtures.when;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.marft.schemas.client.ClientSettings;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Turn;
import io.marft.schemas.serde.DeadLetters;
import io.marft.schemas.serde.Decoded;
import io.marft.schemas.serde.RecordCodec;
import io.marft.schemas.topic.Topic;
import io.marft.schemas.topic.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterTopologyTest {

    private static final Duration KEEP = Duration.ofMinutes(10);
    private static final Duration AWAIT = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private TopicNames names;
    private RecordCodec codec;
    private TopologyTestDriver driver;

    @BeforeEach
    void start() throws Exception {
        ClientSettings settings = new ClientSettings("unused:1", "mock://" + UUID.randomUUID(), "marft");
        names = settings.topics();
        register(settings);
        codec = settings.codec();
        Properties properties = new Properties();
        properties.putAll(settings.streams("router", directory));
        driver = new TopologyTestDriver(RouterTopology.build(names, settings::codec, KEEP, AWAIT), properties);
    }

    @AfterEach
    void stop() {
        driver.close();
        codec.close();
    }

    @Test
    void shouldSendEachAgentItsTurnOnItsOwnTopic() {
        write(chainOfTwo(1));

        write(observation("e", 0, "1+2?"));
        List<Turn> first = read(names.turns("reasoner"), Turn.class);
        write(action(first.get(0), "add"));
        List<Turn> second = read(names.turns("actor"), Turn.class);
        write(action(second.get(0), "3"));

        assertEquals(1, first.size());
        assertEquals(1, second.size());
        assertEquals("1+2?\nreasoner: add", second.get(0).getMessages().get(1).getContent());
        assertEquals(List.of(), letters());
    }

    @Test
    void shouldDeadLetterABadRecordAsItWasAndGoOn() {
        write(chainOfTwo(1));
        byte[] junk = {1, 2, 3};

        pipe(names.of(Topic.OBSERVATIONS), "e", junk);
        write(observation("e", 0, "1+2?"));

        List<DeadLetter> letters = letters();
        assertEquals(1, letters.size());
        DeadLetter letter = letters.get(0);
        assertEquals("router", letter.getService());
        assertEquals(names.of(Topic.OBSERVATIONS), letter.getTopic());
        assertEquals(0, letter.getOffset());
        assertArrayEquals(junk, letter.getValue().array());
        assertEquals(1, read(names.turns("reasoner"), Turn.class).size());
    }

    @Test
    void shouldDeadLetterAnOversizedRecordInPartsThatFitItsTopic() {
        pipe(names.of(Topic.OBSERVATIONS), "e", new byte[3 << 20]);

        DeadLetter letter = letters().get(0);
        assertEquals(
                "value has 3145728 bytes, more than the most of 262144 (value cut from 3145728 to 524288 bytes)",
                letter.getReason());
        assertEquals(DeadLetters.MOST_VALUE_BYTES, letter.getValue().remaining());
    }

    @Test
    void shouldDeadLetterAnActionOfAnUnknownEpisodeAndARecordUnderAnothersKey() {
        write(chainOfTwo(1));

        write(action("nobody", 0, "reasoner", "x"));
        pipe(names.of(Topic.OBSERVATIONS), "f", codec.encode(names.of(Topic.OBSERVATIONS), observation("e", 0, "?")));

        assertEquals(
                List.of(
                        "episode 'nobody' is not known: it was never observed, or was forgotten",
                        "key is 'f', but the value calls for 'e'"),
                reasons());
    }

    @Test
    void shouldKeepAnObservationUntilItsTeamIsKnown() {
        write(observation("e", 0, "1+2?"));
        assertTrue(read(names.turns("reasoner"), Turn.class).isEmpty());

        write(chainOfTwo(1));
        driver.advanceWallClockTime(Duration.ofSeconds(1));

        assertEquals(1, read(names.turns("reasoner"), Turn.class).size());
        assertEquals(List.of(), reasons());
    }

    @Test
    void shouldDeadLetterAnObservationWhoseTeamStaysUnknown() {
        write(observation("e", 0, "1+2?"));

        driver.advanceWallClockTime(AWAIT.plusSeconds(1));

        assertEquals(List.of("team 'team' version 1 is not known: apply its team file first"), reasons());
        driver.advanceWallClockTime(AWAIT.plusSeconds(1));
        assertEquals(List.of(), reasons());
    }

    @Test
    void shouldKeepTheVersionThatAnEpisodeBeganWith() {
        write(chainOfTwo(1));
        write(observation("e", 0, "1+2?"));
        Team changed = Team.newBuilder(chainOfTwo(1))
                .setVersion(2)
                .setAgents(
                        List.of(TeamAgent.newBuilder(chainOfTwo(1).getAgents().get(0))
                                .setAnswers(true)
                                .build()))
                .build();
        write(changed);

        write(action("e", 0, "reasoner", "add"));

        assertEquals(1, read(names.turns("actor"), Turn.class).size());
    }

    @Test
    void shouldForgetAnEpisodeThatStaysOpenAndSayWhoDidNotAct() {
        write(chainOfTwo(1));
        write(observation("e", 0, "1+2?"));
        write(action("e", 0, "reasoner", "add"));

        driver.advanceWallClockTime(KEEP.plusMinutes(1));
        write(action("e", 0, "actor", "3"));

        assertEquals(
                List.of(
                        "episode was forgotten after 600 s: at step 0 agents [actor] did not act",
                        "episode 'e' is not known: it was never observed, or was forgotten"),
                reasons());
    }

    @Test
    void shouldOpenStepsOfATeamThatRetriesAndReadThemBack() {
        write(retrying("actions.actor != '3'", team(4, agent("reasoner", false), agent("actor", true, "reasoner"))));

        write(observation("e", 0, "1+2?"));
        for (int step = 0; step < 3; step++) {
            List<Turn> first = read(names.turns("reasoner"), Turn.class);
            assertEquals(List.of(step), first.stream().map(Turn::getStep).toList());
            write(action(first.get(0), "add"));
            write(action(read(names.turns("actor"), Turn.class).get(0), String.valueOf(step + 1)));
        }

        List<Observation> written = read(names.of(Topic.OBSERVATIONS), Observation.class);
        assertEquals(
                List.of(1, 2, 3), written.stream().map(Observation::getStep).toList());
        assertEquals(
                List.of(false, false, true),
                written.stream().map(Observation::getDone).toList());
        assertEquals(List.of(), read(names.turns("reasoner"), Turn.class));
        assertEquals(List.of(), letters());
    }

    @Test
    void shouldDeadLetterTheActionOnWhichAConditionHasNoValueAndGoOn() {
        write(team(
                1, agent("reasoner", false), when("'x'.matches(actions.reasoner)", agent("actor", true, "reasoner"))));
        write(observation("bad", 0, "?"));
        write(observation("good", 0, "?"));

        write(action("bad", 0, "reasoner", "("));
        write(action("good", 0, "reasoner", "x"));

        assertEquals(
                List.of("good"),
                read(names.turns("actor"), Turn.class).stream()
                        .map(Turn::getEpisode)
                        .toList());
        List<String> reasons = reasons();
        assertEquals(1, reasons.size());
        assertTrue(
                reasons.get(0)
                        .startsWith("team 'team' agent 'actor' has 'when': 'x'.matches(actions.reasoner), which cannot"
                                + " be evaluated at step 0: "),
                reasons.get(0));
    }

    @Test
    void shouldForgetAFinishedEpisodeInSilence() {
        write(chainOfTwo(1));
        write(observation("e", 0, "1+2?"));
        write(action("e", 0, "reasoner", "add"));
        write(action("e", 0, "actor", "3"));

        driver.advanceWallClockTime(KEEP.plusMinutes(1));

        assertEquals(List.of(), reasons());
        assertEquals(0, driver.getKeyValueStore(RouterTopology.EPISODES).approximateNumEntries());
    }

    private void register(ClientSettings settings) throws Exception {
        try (SchemaRegistryClient registry = settings.registry()) {
            for (Topic topic : List.of(Topic.OBSERVATIONS, Topic.ACTIONS, Topic.TEAMS, Topic.DEAD_LETTERS)) {
                registry.register(names.of(topic) + "-value", new AvroSchema(topic.schema()));
            }
            for (String agent : List.of("reasoner", "actor")) {
                registry.register(names.turns(agent) + "-value", new AvroSchema(Topic.TURNS.schema()));
            }
        }
    }

    private void write(Team team) {
        write(Topic.TEAMS, team.getName(), team);
    }

    private void write(Observation observation) {
        write(Topic.OBSERVATIONS, observation.getEpisode(), observation);
    }

    private void write(Action action) {
        write(Topic.ACTIONS, action.getEpisode(), action);
    }

    private void write(Topic topic, String key, SpecificRecord value) {
        pipe(names.of(topic), key, codec.encode(names.of(topic), value));
    }

    private void pipe(String topic, String key, byte[] value) {
        driver.createInputTopic(topic, new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, value);
    }

    private <T extends SpecificRecord> List<T> read(String topic, Class<T> type) {
        return driver
                .createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer())
                .readValuesToList()
                .stream()
                .map(bytes -> ((Decoded.Valid<T>) codec.decode(topic, bytes, type)).value())
                .toList();
    }

    private List<DeadLetter> letters() {
        return read(names.of(Topic.DEAD_LETTERS), DeadLetter.class);
    }

    private List<String> reasons() {
        return letters().stream().map(DeadLetter::getReason).toList();
    }
}
