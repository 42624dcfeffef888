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

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Turn;
import io.marft.schemas.wire.DeadLetters;
import io.marft.streaming.topology.Deadlines;
import io.marft.streaming.topology.TopologyParts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterTopologyTest {

    private RouterHarness kafka;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        kafka = new RouterHarness(directory, List.of("team"), List.of("reasoner", "actor", "other"));
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void shouldSendEachAgentItsTurnOnItsOwnTopic() {
        kafka.write(chainOfTwo(1));

        kafka.write(observation("e", 0, "1+2?"));
        List<Turn> first = kafka.turns("reasoner");
        kafka.write(action(first.get(0), "add"));
        List<Turn> second = kafka.turns("actor");
        kafka.write(action(second.get(0), "3"));

        assertEquals(1, first.size());
        assertEquals(1, second.size());
        assertEquals("1+2?\nreasoner: add", second.get(0).getMessages().get(1).getContent());
        assertEquals(List.of(), kafka.letters());
    }

    @Test
    void shouldDeadLetterABadRecordAsItWasAndGoOn() {
        kafka.write(chainOfTwo(1));
        byte[] junk = {1, 2, 3};

        kafka.pipe(Topic.OBSERVATIONS, "e", junk);
        kafka.write(observation("e", 0, "1+2?"));

        List<DeadLetter> letters = kafka.letters();
        assertEquals(1, letters.size());
        DeadLetter letter = letters.get(0);
        assertEquals("router", letter.getService());
        assertEquals("marft.observations", letter.getTopic());
        assertEquals(0, letter.getOffset());
        assertArrayEquals(junk, letter.getValue().array());
        assertEquals(1, kafka.turns("reasoner").size());
    }

    @Test
    void shouldDeadLetterAnOversizedRecordInPartsThatFitItsTopic() {
        kafka.pipe(Topic.OBSERVATIONS, "e", new byte[3 << 20]);

        DeadLetter letter = kafka.letters().get(0);
        assertEquals("value has 3145728 bytes, more than the most of 262144", letter.getReason());
        assertEquals("the value's bytes from 524288 to 3145728", letter.getLacks());
        assertEquals(DeadLetters.MOST_VALUE_BYTES, letter.getValue().remaining());
    }

    @Test
    void shouldDeadLetterATeamThatCannotBeUsedOnce() {
        kafka.pipe(Topic.TEAMS, "team", new byte[] {1, 2, 3});
        kafka.write(team(1, agent("a", true, "b"), agent("b", false, "a")));
        kafka.passTime(Duration.ofSeconds(1));
        kafka.passTime(Duration.ofSeconds(1));

        List<DeadLetter> letters = kafka.letters();
        assertEquals(
                List.of("marft.teams 0", "marft.teams 1"),
                letters.stream()
                        .map(letter -> letter.getTopic() + " " + letter.getOffset())
                        .toList());
        assertArrayEquals(new byte[] {1, 2, 3}, letters.get(0).getValue().array());
    }

    @Test
    void shouldRejectAnActionThatMakesATurnLargerThanATopicTakes() {
        kafka.write(
                team(1, agent("reasoner", false), agent("other", false), agent("actor", true, "reasoner", "other")));
        String text = "x".repeat(250_000);
        kafka.write(observation("e", 0, text));

        kafka.write(action("e", 0, "reasoner", text));
        kafka.write(action("e", 0, "other", text));
        List<String> reasons = kafka.reasons();
        assertEquals(1, reasons.size());
        assertTrue(reasons.get(0).startsWith("the turn of agent 'actor' would have 125"), reasons.get(0));

        kafka.write(action("e", 0, "other", "short"));
        assertEquals(1, kafka.turns("actor").size());
    }

    @Test
    void shouldDeadLetterAnActionOfAnUnknownEpisodeAndARecordUnderAnothersKey() {
        kafka.write(chainOfTwo(1));

        kafka.write(action("nobody", 0, "reasoner", "x"));
        kafka.write(Topic.OBSERVATIONS, "f", observation("e", 0, "?"));

        assertEquals(
                List.of(
                        "episode 'nobody' is not known: it was never observed, or its deadline has passed",
                        "key is 'f', but the value calls for 'e'"),
                kafka.reasons());
    }

    @Test
    void shouldKeepAnObservationUntilItsTeamIsKnown() {
        kafka.write(observation("e", 0, "1+2?"));
        assertTrue(kafka.turns("reasoner").isEmpty());

        kafka.write(chainOfTwo(1));
        kafka.passTime(Duration.ofSeconds(1));

        assertEquals(1, kafka.turns("reasoner").size());
        assertEquals(List.of(), kafka.reasons());
    }

    @Test
    void shouldNotHoldARecordThatWouldLoseAPartOfItsHeaders() {
        kafka.write(observation("e", 0, "1+2?"), "large", new byte[70_000]);

        DeadLetter letter = kafka.letters().get(0);

        assertEquals("the last 1 of 1 headers", letter.getLacks());
        assertEquals("team 'team' version 1 is not known: apply its team file first", letter.getReason());
    }

    @Test
    void shouldKeepTheOrderOfAnEpisodesObservationsUntilTheirTeamIsKnown() {
        kafka.write(observation("e", 0, "first"));
        kafka.write(chainOfTwo(1));
        kafka.write(observation("e", 0, "second"));
        assertTrue(kafka.turns("reasoner").isEmpty());

        kafka.passTime(Duration.ofSeconds(1));

        assertEquals(
                "first", kafka.turns("reasoner").get(0).getMessages().get(1).getContent());
        assertEquals(List.of("step 0 of the episode was observed already"), kafka.reasons());
    }

    @Test
    void shouldDeadLetterAnObservationWhoseTeamStaysUnknown() {
        kafka.write(observation("e", 0, "1+2?"));

        kafka.passTime(TopologyParts.AWAIT_TEAM.plusSeconds(1));

        assertEquals(List.of("team 'team' version 1 is not known: apply its team file first"), kafka.reasons());
        kafka.passTime(TopologyParts.AWAIT_TEAM.plusSeconds(1));
        assertEquals(List.of(), kafka.reasons());
    }

    @Test
    void shouldKeepTheVersionThatAnEpisodeBeganWith() {
        kafka.write(chainOfTwo(1));
        kafka.write(observation("e", 0, "1+2?"));
        Team changed = Team.newBuilder(chainOfTwo(1))
                .setVersion(2)
                .setAgents(
                        List.of(TeamAgent.newBuilder(chainOfTwo(1).getAgents().get(0))
                                .setAnswers(true)
                                .build()))
                .build();
        kafka.write(changed);

        kafka.write(action("e", 0, "reasoner", "add"));

        assertEquals(1, kafka.turns("actor").size());
    }

    @Test
    void shouldForgetAnEpisodeAtItsTeamsDeadlineAndSayWhoDidNotAct() {
        Team hasty = Team.newBuilder(chainOfTwo(1))
                .setVersion(2)
                .setDeadlineMillis(20_000)
                .build();
        kafka.write(chainOfTwo(1));
        kafka.write(hasty);
        kafka.write(observation("slow", 0, "1+2?"));
        kafka.write(Observation.newBuilder(observation("hasty", 0, "1+2?"))
                .setTeamVersion(2)
                .build());
        kafka.write(action("slow", 0, "reasoner", "add"));

        kafka.passTime(Duration.ofSeconds(19));
        assertEquals(List.of(), kafka.reasons());
        kafka.passTime(Duration.ofSeconds(1));
        assertEquals(
                List.of("episode missed its deadline of 20s: at step 0 agents [reasoner] did not act"),
                kafka.reasons());
        assertEquals(1, kafka.remembered());

        kafka.passTime(Duration.ofMinutes(5));
        assertEquals(
                List.of("episode missed its deadline of 5m: at step 0 agents [actor] did not act"), kafka.reasons());
        assertEquals(0, kafka.remembered());
    }

    @Test
    void shouldGiveUpSomeThousandEpisodesAtALookAndTheRestAtTheNext() {
        kafka.write(chainOfTwo(1));
        int more = 300;
        for (int i = 0; i < Deadlines.MOST_AT_ONCE + more; i++) {
            kafka.write(observation("e-" + i, 0, "1+2?"));
        }

        kafka.passTime(Duration.ofMinutes(5));

        assertEquals(Deadlines.MOST_AT_ONCE, kafka.reasons().size());
        assertEquals(more, kafka.remembered());
        kafka.passTime(Deadlines.INTERVAL);
        assertEquals(more, kafka.reasons().size());
        assertEquals(0, kafka.remembered());
    }

    @Test
    void shouldDeadLetterWhatComesAfterTheDeadlineAndGiveNobodyATurnForIt() {
        kafka.write(chainOfTwo(2));
        kafka.write(observation("e", 0, "1+2?"));
        kafka.write(observation("between", 0, "1+2?"));
        kafka.write(action("between", 0, "reasoner", "add"));
        kafka.write(action("between", 0, "actor", "3"));
        kafka.passTime(Duration.ofMinutes(5));
        kafka.reasons();
        kafka.turns("actor");

        kafka.write(action("e", 0, "reasoner", "add"));
        kafka.write(observation("between", 1, "once more?"));

        assertEquals(
                List.of(
                        "episode 'e' is not known: it was never observed, or its deadline has passed",
                        "step 1 was observed, but the episode is not known: it was never begun, or its deadline has"
                                + " passed"),
                kafka.reasons());
        assertEquals(List.of(), kafka.turns("actor"));
        assertEquals(0, kafka.remembered());
    }

    @Test
    void shouldOpenStepsOfATeamThatRetriesAndReadThemBack() {
        kafka.write(
                retrying("actions.actor != '3'", team(4, agent("reasoner", false), agent("actor", true, "reasoner"))));

        kafka.write(observation("e", 0, "1+2?"));
        for (int step = 0; step < 3; step++) {
            List<Turn> first = kafka.turns("reasoner");
            assertEquals(List.of(step), first.stream().map(Turn::getStep).toList());
            kafka.write(action(first.get(0), "add"));
            kafka.write(action(kafka.turns("actor").get(0), String.valueOf(step + 1)));
        }

        List<Observation> written = kafka.steps();
        assertEquals(
                List.of(1, 2, 3), written.stream().map(Observation::getStep).toList());
        assertEquals(
                List.of(false, false, true),
                written.stream().map(Observation::getDone).toList());
        assertEquals(List.of(), kafka.turns("reasoner"));
        assertEquals(List.of(), kafka.letters());
    }

    @Test
    void shouldDeadLetterTheActionOnWhichAConditionHasNoValueAndGoOn() {
        kafka.write(team(
                1, agent("reasoner", false), when("'x'.matches(actions.reasoner)", agent("actor", true, "reasoner"))));
        kafka.write(observation("bad", 0, "?"));
        kafka.write(observation("good", 0, "?"));

        kafka.write(action("bad", 0, "reasoner", "("));
        kafka.write(action("good", 0, "reasoner", "x"));

        assertEquals(
                List.of("good"),
                kafka.turns("actor").stream().map(Turn::getEpisode).toList());
        List<String> reasons = kafka.reasons();
        assertEquals(1, reasons.size());
        assertTrue(
                reasons.get(0)
                        .startsWith("team 'team' agent 'actor' has 'when': 'x'.matches(actions.reasoner), which cannot"
                                + " be evaluated at step 0: "),
                reasons.get(0));
    }

    @Test
    void shouldForgetAFinishedEpisodeAtItsDeadlineInSilence() {
        kafka.write(chainOfTwo(1));
        kafka.write(observation("e", 0, "1+2?"));
        kafka.write(action("e", 0, "reasoner", "add"));
        kafka.write(action("e", 0, "actor", "3"));

        kafka.passTime(Duration.ofMinutes(5));

        assertEquals(List.of(), kafka.reasons());
        assertEquals(0, kafka.remembered());
    }
}
