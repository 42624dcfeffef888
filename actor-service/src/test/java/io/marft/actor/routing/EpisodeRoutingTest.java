package io.marft.actor.routing;

import static io.marft.actor.Fixtures.NOW;
import static io.marft.actor.Fixtures.SAMPLING;
import static io.marft.actor.Fixtures.action;
import static io.marft.actor.Fixtures.agent;
import static io.marft.actor.Fixtures.chainOfTwo;
import static io.marft.actor.Fixtures.observation;
import static io.marft.actor.Fixtures.retrying;
import static io.marft.actor.Fixtures.team;
import static io.marft.actor.Fixtures.when;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Action;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Turn;
import io.marft.schemas.team.DependencyFunction;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EpisodeRoutingTest {

    @Test
    void shouldGiveTheFirstAgentOfAChainItsTurnOnAnObservation() {
        Router router = new Router(chainOfTwo(1));

        List<Turn> turns = router.observe(observation("e", 0, "1+2?"));

        Turn expected = Turn.newBuilder()
                .setEpisode("e")
                .setStep(0)
                .setAgent("reasoner")
                .setTeam("team")
                .setTeamVersion(1)
                .setPurpose(Purpose.TRAINING)
                .setMessages(List.of(new Message("system", "I am reasoner."), new Message("user", "1+2?")))
                .setPredecessors(List.of())
                .setSampling(SAMPLING)
                .setSeed(DecisionSeed.of(7L, 0, "reasoner"))
                .setObservedAt(NOW)
                .build();
        assertEquals(List.of(expected), turns);
    }

    @Test
    void shouldShowTheSecondAgentWhatTheFirstSaid() {
        Router router = new Router(chainOfTwo(1));
        router.observe(observation("e", 0, "1+2?"));

        List<Turn> turns = router.act(action("e", 0, "reasoner", "add them"));

        assertEquals(List.of("actor"), agents(turns));
        assertEquals(
                List.of(new Message("system", "I am actor."), new Message("user", "1+2?\nreasoner: add them")),
                turns.get(0).getMessages());
        assertEquals(
                List.of(new PredecessorAction("reasoner", 3L, "add them")),
                turns.get(0).getPredecessors());
    }

    @Test
    void shouldFinishTheEpisodeWhenAllAgentsActedAtTheHorizon() {
        Router router = new Router(chainOfTwo(1));
        router.observe(observation("e", 0, "1+2?"));
        router.act(action("e", 0, "reasoner", "add"));

        List<Turn> turns = router.act(action("e", 0, "actor", "3"));

        assertEquals(List.of(), turns);
        assertEquals(new OpenEpisode("team", 1, 1, true, List.of(), null, NOW), router.episode());
    }

    @Test
    void shouldShowAThirdAgentOnlyItsOwnPredecessors() {
        Router router = new Router(
                team(1, agent("reasoner", false), agent("actor", true, "reasoner"), agent("verifier", false, "actor")));
        router.observe(observation("e", 0, "1+2?"));
        router.act(action("e", 0, "reasoner", "add"));

        List<Turn> turns = router.act(action("e", 0, "actor", "3"));

        assertEquals(List.of("verifier"), agents(turns));
        assertEquals("1+2?\nactor: 3", turns.get(0).getMessages().get(1).getContent());
    }

    @Test
    void shouldRunBranchesInParallelAndGiveTheJudgeItsTurnAfterTheLast() {
        Router router =
                new Router(team(1, agent("left", false), agent("right", false), agent("judge", true, "right", "left")));

        assertEquals(List.of("left", "right"), agents(router.observe(observation("e", 0, "?"))));
        assertEquals(List.of(), router.act(action("e", 0, "right", "R")));
        List<Turn> turns = router.act(action("e", 0, "left", "L"));

        assertEquals(List.of("judge"), agents(turns));
        assertEquals("?\nleft: L\nright: R", turns.get(0).getMessages().get(1).getContent());
    }

    @Test
    void shouldRouteStepAfterStep() {
        Router router = new Router(chainOfTwo(2));
        router.observe(observation("e", 0, "first"));
        router.act(action("e", 0, "reasoner", "a"));
        router.act(action("e", 0, "actor", "b"));

        List<Turn> turns = router.observe(observation("e", 1, "second"));

        assertEquals(List.of("reasoner"), agents(turns));
        assertEquals(1, turns.get(0).getStep());
        assertEquals("second", turns.get(0).getMessages().get(1).getContent());
        assertNotEquals(DecisionSeed.of(7L, 0, "reasoner"), turns.get(0).getSeed());
        assertTrue(router.episode().getLast());
    }

    @Test
    void shouldKeepAStepOpenForAnAgentThatNoAnswerWaitsFor() {
        Router router =
                new Router(team(2, agent("planner", false), agent("actor", true, "planner"), agent("critic", false)));
        router.observe(observation("e", 0, "first"));
        router.act(action("e", 0, "planner", "p"));
        router.act(action("e", 0, "actor", "a"));
        router.observe(observation("e", 1, "second"));

        router.act(action("e", 0, "critic", "late but welcome"));

        assertEquals(1, router.episode().getSteps().size());
        assertEquals(1, router.episode().getSteps().get(0).getObservation().getStep());
    }

    @Test
    void shouldEndWithoutTurnsWhenTheEnvironmentIsDone() {
        Router router = new Router(chainOfTwo(3));
        router.observe(observation("e", 0, "first"));
        router.act(action("e", 0, "reasoner", "a"));
        router.act(action("e", 0, "actor", "b"));

        List<Turn> turns = router.observe(
                Observation.newBuilder(observation("e", 1, "bye")).setDone(true).build());

        assertEquals(List.of(), turns);
        assertEquals(new OpenEpisode("team", 1, 2, true, List.of(), null, NOW), router.episode());
    }

    @Test
    void shouldRejectWhatWasSeenAlready() {
        Router router = new Router(chainOfTwo(1));
        router.observe(observation("e", 0, "1+2?"));
        router.act(action("e", 0, "reasoner", "add"));

        assertEquals("agent 'reasoner' acted already at step 0", router.rejected(action("e", 0, "reasoner", "again")));
        assertEquals("step 0 of the episode was observed already", router.rejected(observation("e", 0, "again")));
        router.act(action("e", 0, "actor", "3"));
        assertEquals("agent 'actor' acted already at step 0", router.rejected(action("e", 0, "actor", "4")));
        assertEquals("step 0 of the episode was observed already", router.rejected(observation("e", 0, "again")));
    }

    @Test
    void shouldRejectActionsThatNobodyAskedFor() {
        Router router = new Router(chainOfTwo(2));

        assertEquals(
                "episode 'e' is not known: it was never observed, or its deadline has passed",
                router.rejected(action("e", 0, "reasoner", "x")));
        router.observe(observation("e", 0, "1+2?"));
        assertEquals(
                "agent 'stranger' is not of team team version 1", router.rejected(action("e", 0, "stranger", "x")));
        assertEquals(
                "agent 'reasoner' acted at step 1, but the last observed is 0",
                router.rejected(action("e", 1, "reasoner", "x")));
        assertEquals(
                "agent 'actor' acted at step 0 without having been given a turn: it is skipped, or a predecessor has not"
                        + " acted",
                router.rejected(action("e", 0, "actor", "x")));
        assertEquals(
                "action is of team team version 2, but the episode began with team team version 1",
                router.rejected(Action.newBuilder(action("e", 0, "reasoner", "x"))
                        .setTeamVersion(2)
                        .build()));
    }

    @Test
    void shouldRejectObservationsOutOfTurn() {
        Router router = new Router(chainOfTwo(2));

        assertEquals(
                "step 1 was observed, but the episode is not known: it was never begun, or its deadline has passed",
                router.rejected(observation("e", 1, "?")));
        router.observe(observation("e", 0, "?"));
        assertEquals(
                "observation names team team version 2, but the episode began with team team version 1",
                router.rejected(Observation.newBuilder(observation("e", 1, "?"))
                        .setTeamVersion(2)
                        .build()));
        router.observe(observation("e", 1, "?"));
        assertEquals("step 2 was observed, but the episode has ended", router.rejected(observation("e", 2, "?")));
    }

    @Test
    void shouldSkipAnAgentWhoseConditionIsFalseAndGoOnWithoutIt() {
        Team team = team(
                1, when("observation.text.contains('hard')", agent("planner", false)), agent("actor", true, "planner"));
        Router easy = new Router(team);
        Router hard = new Router(team);

        List<Turn> turns = easy.observe(observation("e", 0, "easy"));

        assertEquals(List.of("actor"), agents(turns));
        assertEquals("easy", turns.get(0).getMessages().get(1).getContent());
        assertEquals(List.of(), turns.get(0).getPredecessors());
        assertEquals(List.of("planner"), agents(hard.observe(observation("e", 0, "hard"))));
    }

    @Test
    void shouldMakeSeveralAgentsDueByOneActionThatSkipsOthers() {
        Router router = new Router(team(
                1,
                agent("a", true),
                when("actions.a == 'go'", agent("b", false, "a")),
                when("has(actions.b)", agent("c", false, "b")),
                agent("d", true, "c"),
                agent("e", true, "a")));
        router.observe(observation("x", 0, "?"));

        assertEquals(List.of("d", "e"), agents(router.act(action("x", 0, "a", "stay"))));
        assertEquals(
                "agent 'b' acted at step 0 without having been given a turn: it is skipped, or a predecessor has not"
                        + " acted",
                router.rejected(action("x", 0, "b", "?")));
        router.act(action("x", 0, "e", "E"));
        router.act(action("x", 0, "d", "D"));
        assertEquals(List.of(), router.episode().getSteps());
    }

    @Test
    void shouldCompleteAStepAtOnceInWhichEveryoneIsSkipped() {
        Router router = new Router(team(2, when("observation.step == 1", agent("a", true))));

        assertEquals(List.of(), router.observe(observation("e", 0, "?")));
        assertEquals(List.of(), router.episode().getSteps());
        assertEquals(List.of("a"), agents(router.observe(observation("e", 1, "?"))));
    }

    @Test
    void shouldRejectAnEventOnWhichAConditionHasNoValueAndStayAsItWas() {
        Router router = new Router(team(
                1,
                when("observation.messages[1].role == 'user'", agent("a", true)),
                when("actions.a.matches(actions.a)", agent("b", true, "a"))));
        assertTrue(router.rejected(observation("e", 0, "?"))
                .startsWith("team 'team' agent 'a' has 'when': observation.messages[1].role == 'user', which cannot"));
        Observation two = Observation.newBuilder(observation("e", 0, "?"))
                .setMessages(List.of(new Message("user", "x"), new Message("user", "y")))
                .build();
        router.observe(two);
        OpenEpisode before = router.episode();

        assertTrue(router.rejected(action("e", 0, "a", "(")).startsWith("team 'team' agent 'b' has 'when'"));
        assertEquals(before, router.episode());
    }

    @Test
    void shouldOpenTheNextStepWithTheSameMessagesAsLongAsTheTeamRetries() {
        Router router = new Router(verified(3));
        router.observe(observation("e", 0, "1+2?"));
        router.act(action("e", 0, "actor", "4"));
        assertEquals(Optional.empty(), router.next());

        router.act(action("e", 0, "verifier", "no"));

        Observation second = observation("e", 1, "1+2?");
        assertEquals(Optional.of(second), router.next());
        assertEquals(List.of("actor"), agents(router.observe(second)));
    }

    @Test
    void shouldSayThatTheEpisodeIsDoneWhenTheTeamDoesNotRetry() {
        Router router = new Router(verified(3));
        router.observe(observation("e", 0, "1+2?"));
        router.act(action("e", 0, "actor", "3"));

        router.act(action("e", 0, "verifier", "yes"));

        Observation done = Observation.newBuilder(observation("e", 1, "1+2?"))
                .setDone(true)
                .build();
        assertEquals(Optional.of(done), router.next());
        assertEquals(List.of(), router.observe(done));
        assertEquals(new OpenEpisode("team", 1, 2, true, List.of(), null, NOW), router.episode());
    }

    @Test
    void shouldWriteNothingAfterTheHorizonsLastStep() {
        for (String verdict : List.of("yes", "no")) {
            Router router = new Router(verified(2));
            router.observe(observation("e", 0, "?"));
            router.act(action("e", 0, "actor", "4"));
            router.act(action("e", 0, "verifier", "no"));
            router.observe(router.next().orElseThrow());
            router.act(action("e", 1, "actor", "3"));

            router.act(action("e", 1, "verifier", verdict));

            assertEquals(Optional.empty(), router.next());
            assertEquals(List.of(), router.episode().getSteps());
        }
    }

    @Test
    void shouldRefuseAnObservationBeforeItsTeamOpensTheStep() {
        Router router = new Router(verified(3));
        router.observe(observation("e", 0, "?"));
        assertEquals(
                "step 1 was observed, but the team opens it itself, by its 'retry', once step 0 is complete",
                router.rejected(observation("e", 1, "?")));
    }

    @Test
    void shouldTakeOnlyTheObservationByWhichTheTeamGoesOn() {
        Router router = new Router(verified(3));
        router.observe(observation("e", 0, "1+2?"));
        router.act(action("e", 0, "actor", "4"));
        router.act(action("e", 0, "verifier", "no"));
        Observation own = router.next().orElseThrow();
        OpenEpisode before = router.episode();
        String another = "step 1 was observed, but the team opens it itself, by its 'retry', with another observation";

        assertEquals(another, router.rejected(observation("e", 1, "3+4?")));
        assertEquals(
                another, router.rejected(Observation.newBuilder(own).setSeed(8).build()));
        assertEquals(
                another,
                router.rejected(
                        Observation.newBuilder(own).setPurpose(Purpose.QUESTION).build()));
        assertEquals(
                another,
                router.rejected(
                        Observation.newBuilder(own).setEnvironment("other").build()));
        assertEquals(
                another,
                router.rejected(Observation.newBuilder(own).setDone(true).build()));
        assertEquals(before, router.episode());
        assertEquals(List.of("actor"), agents(router.observe(own)));
        assertEquals("step 1 of the episode was observed already", router.rejected(own));
    }

    @Test
    void shouldRefuseStepsThatAreNoNumbersOfSteps() {
        for (Team team : List.of(chainOfTwo(2), verified(2))) {
            for (int step : new int[] {Integer.MIN_VALUE, -1, 2, Integer.MAX_VALUE}) {
                for (boolean done : new boolean[] {false, true}) {
                    Router router = new Router(team);
                    Observation wrong = Observation.newBuilder(observation("e", step, "?"))
                            .setDone(done)
                            .build();
                    assertTrue(router.rejected(wrong).startsWith("step " + step + " "));
                    router.observe(observation("e", 0, "?"));
                    assertTrue(router.rejected(wrong).startsWith("step " + step + " "));
                }
            }
        }
    }

    private static Team verified(int horizon) {
        return retrying(
                "actions.verifier.startsWith('no')",
                team(horizon, agent("actor", true), agent("verifier", false, "actor")));
    }

    @Test
    void shouldDeriveSeedsThatDifferByEpisodeStepAndAgentAndNeverChange() {
        assertEquals(DecisionSeed.of(7, 0, "actor"), DecisionSeed.of(7, 0, "actor"));
        assertNotEquals(DecisionSeed.of(7, 0, "actor"), DecisionSeed.of(8, 0, "actor"));
        assertNotEquals(DecisionSeed.of(7, 0, "actor"), DecisionSeed.of(7, 1, "actor"));
        assertNotEquals(DecisionSeed.of(7, 0, "actor"), DecisionSeed.of(7, 0, "reasoner"));
        assertEquals(
                -7914972152299134394L,
                DecisionSeed.of(7, 0, "actor"),
                "seeds are part of the log: a change breaks replay");
    }

    private static List<String> agents(List<Turn> turns) {
        return turns.stream().map(Turn::getAgent).toList();
    }

    /** One episode's state, moved by events. */
    private static final class Router {

        private final KnownTeam team;
        private Optional<OpenEpisode> episode = Optional.empty();
        private Optional<Observation> next = Optional.empty();

        Router(Team team) {
            this.team = new KnownTeam(team, new DependencyFunction(team));
        }

        List<Turn> observe(Observation observation) {
            return moved(EpisodeRouting.observe(episode, observation, team, 42L, NOW));
        }

        List<Turn> act(Action action) {
            return moved(EpisodeRouting.act(episode, action, Optional.of(team), NOW));
        }

        String rejected(Observation observation) {
            return rejected(EpisodeRouting.observe(episode, observation, team, 42L, NOW));
        }

        String rejected(Action action) {
            return rejected(EpisodeRouting.act(episode, action, Optional.of(team), NOW));
        }

        /** What the last event made the router write to {@code observations}. */
        Optional<Observation> next() {
            return next;
        }

        OpenEpisode episode() {
            return episode.orElseThrow();
        }

        private List<Turn> moved(Routed routed) {
            Routed.Moved moved = assertInstanceOf(Routed.Moved.class, routed);
            episode = Optional.of(moved.episode());
            next = moved.next();
            return moved.turns();
        }

        private static String rejected(Routed routed) {
            return routed instanceof Routed.Undecided undecided
                    ? undecided.reason()
                    : assertInstanceOf(Routed.Rejected.class, routed).reason();
        }
    }
}
