package io.marft.reward.episode;

import static io.marft.reward.Sample.CHAIN;
import static io.marft.reward.Sample.PAIR;
import static io.marft.reward.Sample.TRIAGE;
import static io.marft.reward.Sample.VERIFIED;
import static io.marft.reward.Sample.observation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.reward.Sample;
import io.marft.reward.episode.EpisodeSteps.Said;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.StepState;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EpisodeStepsTest {

    private static final Said DRAFT = new Said(0, "actor", "6");
    private static final Said SENT_BACK = new Said(0, "verifier", "no");
    private static final Said ACCEPTED = new Said(0, "verifier", "yes");

    private static KnownTeam known(Team team) {
        return Sample.find(team.getName(), team.getVersion()).orElseThrow();
    }

    private static EpisodeSteps steps(Team team, List<Observation> observations, Said... said) {
        return new EpisodeSteps(known(team), observations, List.of(said));
    }

    private static Observation done(int step, Team team) {
        return observation("e", step, team, Purpose.TRAINING, true);
    }

    @Test
    void shouldHaveAsManyStepsAsTheHorizonUntilTheEnvironmentEndsTheEpisode() {
        assertEquals(2, EpisodeSteps.unbegun(known(PAIR)).count());
        EpisodeSteps ended = steps(PAIR, List.of(done(1, PAIR), observation("e", 0, PAIR)));
        assertEquals(1, ended.count());
        assertEquals(Optional.of(done(1, PAIR)), ended.ending());
    }

    @Test
    void shouldCountATeamsOwnEndOnceWhatWasSaidBearsItOut() {
        List<Observation> observed = List.of(observation("e", 0, VERIFIED), done(1, VERIFIED));
        assertEquals(3, steps(VERIFIED, observed).count());
        assertEquals(3, steps(VERIFIED, observed, DRAFT).count(), "the verifier is to act");
        assertEquals(3, steps(VERIFIED, observed, DRAFT, SENT_BACK).count());
        assertEquals(1, steps(VERIFIED, observed, DRAFT, ACCEPTED).count());
    }

    @Test
    void shouldTellHowFarAStepIs() {
        List<Observation> observed = List.of(observation("e", 0, TRIAGE));
        assertEquals(
                Optional.empty(),
                steps(TRIAGE, List.of(), new Said(0, "triage", "fast")).state(0));
        assertEquals(
                Optional.empty(),
                steps(TRIAGE, observed, new Said(0, "triage", "(")).state(0),
                "no value");
        StepState state =
                steps(TRIAGE, observed, new Said(0, "triage", "fast")).state(0).orElseThrow();
        assertEquals(Set.of("plan", "slow"), state.skipped());
        assertFalse(state.complete());
    }

    @Test
    void shouldTellWhatWasSaidAtAStep() {
        EpisodeSteps steps = steps(VERIFIED, List.of(), DRAFT, SENT_BACK, new Said(1, "actor", "7"));
        assertEquals(Map.of("actor", "6", "verifier", "no"), steps.texts(0));
        assertEquals(Map.of("actor", "7"), steps.texts(1));
    }

    @Test
    void shouldHoldTwoObservationsOfATeamsOwnStepButOneOfTheEnvironments() {
        EpisodeSteps own = steps(VERIFIED, List.of(observation("e", 0, VERIFIED), done(1, VERIFIED)));
        assertFalse(own.has(observation("e", 1, VERIFIED)));
        assertTrue(own.has(done(1, VERIFIED)) && own.has(observation("e", 0, VERIFIED)));
        EpisodeSteps led = steps(PAIR, List.of(observation("e", 0, PAIR), done(1, PAIR)));
        assertTrue(led.has(observation("e", 1, PAIR)));
    }

    @Test
    void shouldGoOnFromStepZeroOnly() {
        Observation another = Observation.newBuilder(observation("e", 1, VERIFIED))
                .setMessages(List.of())
                .build();
        EpisodeSteps begun = steps(VERIFIED, List.of(observation("e", 0, VERIFIED)));
        assertTrue(begun.goOn(observation("e", 1, VERIFIED)));
        assertFalse(begun.goOn(another));
        assertFalse(EpisodeSteps.unbegun(known(VERIFIED)).goOn(observation("e", 1, VERIFIED)));
    }

    @Test
    void shouldKeepItsTeamInItsVersion() {
        EpisodeSteps steps = EpisodeSteps.unbegun(known(CHAIN));
        assertTrue(steps.keeps("chain", 1));
        assertFalse(steps.keeps("chain", 2) || steps.keeps("pair", 1));
    }
}
