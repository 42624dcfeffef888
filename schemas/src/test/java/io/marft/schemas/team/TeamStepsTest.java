package io.marft.schemas.team;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TeamStepsTest {

    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Map<String, String> SENT_BACK = Map.of("actor", "6", "verifier", "no");
    private static final Map<String, String> ACCEPTED = Map.of("actor", "7", "verifier", "yes");

    /** Its environment opens up to three steps. */
    private final TeamSteps led = steps("");
    /** Opens the steps behind the first itself, up to three. */
    private final TeamSteps own = steps("retry: \"actions.verifier.startsWith('no')\"\n");

    private static TeamSteps steps(String retry) {
        Team team = TeamFile.parse(
                "name: t\nhorizon: 3\n" + retry
                        + "agents:\n- {name: actor, answers: true}\n- {name: verifier, after: [actor], answers: true}\n",
                "test");
        return new TeamSteps(team, new DependencyFunction(team));
    }

    private static Observation observation(int step, boolean done) {
        return Observation.newBuilder()
                .setEpisode("e")
                .setStep(step)
                .setTeam("t")
                .setTeamVersion(1)
                .setPurpose(Purpose.TRAINING)
                .setEnvironment("test")
                .setMessages(List.of(new Message("user", "3+4?")))
                .setDone(done)
                .setSeed(7)
                .setCreatedAt(NOON)
                .build();
    }

    @Test
    void shouldHaveTheHorizonsStepsAndEndsBetweenThem() {
        for (int step : new int[] {Integer.MIN_VALUE, -1, 3, Integer.MAX_VALUE}) {
            assertFalse(own.has(step), "step " + step);
            assertFalse(own.has(observation(step, false)) || own.has(observation(step, true)), "step " + step);
        }
        assertTrue(own.has(0) && own.has(2));
        assertTrue(own.has(observation(0, false)) && own.has(observation(2, true)));
        assertFalse(own.has(observation(0, true)), "an episode cannot end before its first step");
    }

    @Test
    void shouldLetNothingFollowAnEndOrTheHorizonsLastStep() {
        assertFalse(led.isLast(observation(1, false)));
        assertTrue(led.isLast(observation(1, true)));
        assertTrue(led.isLast(observation(2, false)));
    }

    @Test
    void shouldGoOnWithTheSameMessagesWhereRetryIsTrueAndEndWhereItIsFalse() throws ConditionException {
        Instant later = NOON.plusSeconds(1);
        Observation again = own.next(observation(0, false), SENT_BACK, later).orElseThrow();
        assertEquals(
                Observation.newBuilder(observation(1, false))
                        .setCreatedAt(later)
                        .build(),
                again);
        assertTrue(own.next(again, ACCEPTED, later).orElseThrow().getDone());
        assertTrue(TeamSteps.goesOn(observation(0, false), again));
    }

    @Test
    void shouldNotGoOnBeyondTheHorizonNorWhereTheEnvironmentOpensSteps() throws ConditionException {
        assertEquals(Optional.empty(), own.next(observation(2, false), SENT_BACK, NOON));
        assertEquals(Optional.empty(), led.next(observation(0, false), SENT_BACK, NOON));
        assertTrue(own.decidesAfter(1));
        assertFalse(own.decidesAfter(2) || led.decidesAfter(0));
    }

    @Test
    void shouldSayThatAConditionHasNoValue() {
        assertThrows(ConditionException.class, () -> own.next(observation(0, false), Map.of("actor", "7"), NOON));
    }

    @Test
    void shouldTakeNothingElseForAnObservationOfItsOwn() {
        Observation first = observation(0, false);
        assertTrue(TeamSteps.goesOn(first, observation(1, true)));
        assertFalse(TeamSteps.goesOn(
                first, Observation.newBuilder(observation(1, false)).setSeed(8).build()));
        assertFalse(TeamSteps.goesOn(
                first,
                Observation.newBuilder(observation(1, false))
                        .setMessages(List.of())
                        .build()));
    }

    @Test
    void shouldTakeTheEnvironmentsWordForAnEndButHoldATeamsOwnToWhatWasSaid() {
        assertTrue(led.ends(observation(1, true), Map.of()));
        assertTrue(own.ends(observation(1, true), ACCEPTED));
        assertFalse(own.ends(observation(1, true), SENT_BACK));
        assertFalse(own.ends(observation(1, true), Map.of("actor", "7")), "the verifier is to act");
    }
}
