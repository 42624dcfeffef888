package io.marft.reward.score;

import static io.marft.reward.Sample.CHAIN;
import static io.marft.reward.Sample.VERIFIED;
import static io.marft.reward.Sample.action;
import static io.marft.reward.Sample.observation;
import static io.marft.reward.Sample.reference;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.reward.TopologyHarness;
import io.marft.reward.verify.Verifiers;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Team;
import io.marft.streaming.topology.KeyPlacement;
import io.marft.streaming.topology.TopologyParts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreTopologyTest {

    private TopologyHarness kafka;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        kafka = new TopologyHarness(
                directory,
                settings -> ScoreTopology.build(
                        settings.topics(), settings::codec, new KeyPlacement(topic -> 1), Verifiers.onClassPath()));
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void shouldWriteOneRewardAndForgetTheEpisode() {
        kafka.pipe(Topic.REFERENCES, "e", reference("e", "7"));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "reasoner", CHAIN, "3+4"));
        assertEquals(1, kafka.held(ScoreProcessor.STORE));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", CHAIN, "\\boxed{7}"));

        List<Reward> rewards = kafka.read(Topic.REWARDS, Reward.class);

        assertEquals(1, rewards.size());
        assertEquals("e", rewards.get(0).getEpisode());
        assertEquals(1.0, rewards.get(0).getValue());
        assertEquals(0, kafka.held(ScoreProcessor.STORE));
        assertEquals(List.of(), kafka.deadLetters());
    }

    @Test
    void shouldNotHandAnActionsHeadersOnToItsReward() {
        kafka.pipe(Topic.REFERENCES, "e", reference("e", "7"));
        Headers traced = new RecordHeaders().add("trace", new byte[] {1});
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", CHAIN, "\\boxed{7}"), traced);

        assertEquals(List.of(new RecordHeaders()), kafka.headers(Topic.REWARDS));
    }

    @Test
    void shouldKeepEpisodesApart() {
        kafka.pipe(Topic.ACTIONS, "a", action("a", 0, "actor", CHAIN, "\\boxed{1}"));
        kafka.pipe(Topic.ACTIONS, "b", action("b", 0, "actor", CHAIN, "\\boxed{1}"));
        kafka.pipe(Topic.REFERENCES, "b", reference("b", "1"));
        kafka.pipe(Topic.REFERENCES, "a", reference("a", "2"));

        List<Reward> rewards = kafka.read(Topic.REWARDS, Reward.class);

        assertEquals(List.of("b", "a"), rewards.stream().map(Reward::getEpisode).toList());
        assertEquals(List.of(1.0, 0.0), rewards.stream().map(Reward::getValue).toList());
    }

    @Test
    void shouldTurnUnusableRecordsIntoDeadLettersAndGoOn() {
        kafka.pipe(Topic.REFERENCES, "a", reference("a", "7", "oracle"));
        kafka.pipe(
                Topic.ACTIONS,
                "b",
                action("b", 0, "actor", Team.newBuilder(CHAIN).setVersion(9).build(), "7"));
        kafka.pipe(Topic.ACTIONS, "c", new byte[] {1, 2, 3});
        kafka.pipe(Topic.REFERENCES, "d", reference("other", "7"));
        List<String> reasons = kafka.deadLetters();
        kafka.passTime(TopologyParts.AWAIT_TEAM);
        List<String> late = kafka.deadLetters();

        assertEquals(3, reasons.size());
        assertEquals("verifier 'oracle' is unknown: use one of [boxed, exact]", reasons.get(0));
        assertTrue(reasons.get(1).startsWith("not readable as Action"), reasons.get(1));
        assertTrue(reasons.get(2).contains("key is 'd'"), reasons.get(2));
        assertEquals(List.of("team chain version 9 is unknown"), late);

        kafka.pipe(Topic.REFERENCES, "e", reference("e", "7"));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", CHAIN, "\\boxed{7}"));
        assertEquals(1, kafka.read(Topic.REWARDS, Reward.class).size());
    }

    @Test
    void shouldScoreWhatWasThereBeforeItsTeam() {
        Team late = Team.newBuilder(VERIFIED).setVersion(9).build();
        kafka.pipe(Topic.REFERENCES, "e", reference("e", "7"));
        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, late));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", late, "\\boxed{7}"));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "verifier", late, "yes"));
        assertEquals(List.of(), kafka.read(Topic.REWARDS, Reward.class));

        kafka.pipe(Topic.TEAMS, "verified", late);
        kafka.passTime(Duration.ofSeconds(1));

        assertEquals(1, kafka.read(Topic.REWARDS, Reward.class).size());
        assertEquals(List.of(), kafka.deadLetters());
    }

    @Test
    void shouldForgetAnEpisodeThatIsDoneBeforeItsHorizon() {
        kafka.pipe(Topic.REFERENCES, "e", reference("e", "7"));
        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 0, VERIFIED));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "actor", VERIFIED, "\\boxed{7}"));
        kafka.pipe(Topic.ACTIONS, "e", action("e", 0, "verifier", VERIFIED, "yes"));
        assertEquals(1, kafka.read(Topic.REWARDS, Reward.class).size());
        assertEquals(1, kafka.held(ScoreProcessor.STORE));

        kafka.pipe(Topic.OBSERVATIONS, "e", observation("e", 1, VERIFIED, Purpose.TRAINING, true));

        assertEquals(0, kafka.held(ScoreProcessor.STORE));
        assertEquals(List.of(), kafka.read(Topic.REWARDS, Reward.class));
        assertEquals(List.of(), kafka.deadLetters());
    }

    @Test
    void shouldForgetWhatIsNotScoredInTime() {
        kafka.pipe(Topic.REFERENCES, "a", reference("a", "7"));
        kafka.pipe(Topic.ACTIONS, "q", action("q", 0, "actor", CHAIN, "7", Purpose.QUESTION));

        kafka.passTime(Duration.ofMinutes(4));
        assertEquals(2, kafka.held(ScoreProcessor.STORE));

        kafka.passTime(Duration.ofMinutes(2));
        assertEquals(0, kafka.held(ScoreProcessor.STORE));
        assertEquals(List.of("no answer to judge by this reference came within 5m"), kafka.deadLetters());
        assertEquals(List.of(), kafka.read(Topic.REWARDS, Reward.class));
    }
}
