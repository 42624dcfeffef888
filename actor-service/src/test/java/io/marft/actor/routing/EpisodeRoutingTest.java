package io.marft.actor.routing;

import static io.marft.actor.Fixtures.NOW;
import static io.marft.actor.Fixtures.SAMPLING;
import static io.marft.actor.Fixtures.action;
import static io.marft.actor.Fixtures.agent;
import static io.marft.actor.Fixtures.chainOfTwo;
import static io.marft.actor.Fixtures.observation;
import static io.marft.actor.Fixtures.team;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.client.TeamStore.KnownTeam;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Turn;
import io.marft.schemas.team.DependencyFunction;
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
        assertEquals(new OpenEpisode("team", 1, 1, true, List.of(), NOW), router.episode());
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
        Router router = new Router(team(2, agent("actor", true), agent("critic", false)));
        router.observe(observation("e", 0, "first"));
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
        assertEquals(new OpenEpisode("team", 1, 2, true, List.of(), NOW), router.episode());
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
                "episode 'e' is not known: it was never observed, or was forgotten",
                router.rejected(action("e", 0, "reasoner", "x")));
        router.observe(observation("e", 0, "1+2?"));
        assertEquals(
                "agent 'stranger' is not of team team version 1", router.rejected(action("e", 0, "stranger", "x")));
        assertEquals(
                "agent 'reasoner' acted at step 1, but the last observed is 0",
                router.rejected(action("e", 1, "reasoner", "x")));
        assertEquals(
                "agent 'actor' acted at step 0 before its predecessors, without having been given a turn",
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

        assertEquals("step 1 was observed, but the episode's next is 0", router.rejected(observation("e", 1, "?")));
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
    void shouldAppendPredecessorsToTheLastUserMessage() {
        List<Message> observed =
                List.of(new Message("user", "one"), new Message("assistant", "two"), new Message("user", "three"));
        List<PredecessorAction> said =
                List.of(new PredecessorAction("a", 0L, "A"), new PredecessorAction("b", 0L, "B"));

        assertEquals(
                List.of(
                        new Message("user", "one"),
                        new Message("assistant", "two"),
                        new Message("user", "three\na: A\nb: B")),
                TurnMessages.of("", observed, said));
        assertEquals(
                List.of(new Message("system", "p"), new Message("user", "a: A\nb: B")),
                TurnMessages.of("p", List.of(), said));
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

        Router(Team team) {
            this.team = new KnownTeam(team, new DependencyFunction(team));
        }

        List<Turn> observe(Observation observation) {
            return moved(EpisodeRouting.observe(episode, observation, team, 42L, NOW));
        }

        List<Turn> act(Action action) {
            return moved(EpisodeRouting.act(episode, action, Optional.of(team)));
        }

        String rejected(Observation observation) {
            return rejected(EpisodeRouting.observe(episode, observation, team, 42L, NOW));
        }

        String rejected(Action action) {
            return rejected(EpisodeRouting.act(episode, action, Optional.of(team)));
        }

        OpenEpisode episode() {
            return episode.orElseThrow();
        }

        private List<Turn> moved(Routed routed) {
            Routed.Moved moved = assertInstanceOf(Routed.Moved.class, routed);
            episode = Optional.of(moved.episode());
            return moved.turns();
        }

        private static String rejected(Routed routed) {
            return assertInstanceOf(Routed.Rejected.class, routed).reason();
        }
    }
}
