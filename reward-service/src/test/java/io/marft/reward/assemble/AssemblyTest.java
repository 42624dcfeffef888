package io.marft.reward.assemble;

import static io.marft.reward.Sample.CHAIN;
import static io.marft.reward.Sample.CHAIN_2;
import static io.marft.reward.Sample.NOON;
import static io.marft.reward.Sample.PAIR;
import static io.marft.reward.Sample.TRIAGE;
import static io.marft.reward.Sample.VERIFIED;
import static io.marft.reward.Sample.action;
import static io.marft.reward.Sample.observation;
import static io.marft.reward.Sample.reward;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.reward.Sample;
import io.marft.reward.assemble.Assembly.Closed;
import io.marft.reward.assemble.Assembly.Ignored;
import io.marft.reward.assemble.Assembly.Open;
import io.marft.reward.assemble.Assembly.Outcome;
import io.marft.reward.assemble.Assembly.Rejected;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AssemblyState;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class AssemblyTest {

    private static final Instant LATER = NOON.plusSeconds(2);

    private final Assembly assembly = new Assembly(Sample::find);

    @Test
    void shouldCloseOneStepOfAChainAtItsHorizon() {
        Observation observation = observation("e", 0, CHAIN);
        Action plan = action("e", 0, "reasoner", CHAIN, "3+4");
        Action answer = action("e", 0, "actor", CHAIN, "\\boxed{7}");
        Reward reward = reward("e", 0, CHAIN, 1);

        assertEquals(
                new Trajectory(
                        "e",
                        "chain",
                        1,
                        Purpose.TRAINING,
                        Closure.HORIZON,
                        true,
                        List.of(new Step(0, observation.getMessages(), List.of(plan, answer), reward)),
                        NOON,
                        LATER),
                close(observation, plan, answer, reward));
    }

    @Test
    void shouldAssembleTheSameTrajectoryFromAnyOrderOfArrival() {
        List<SpecificRecord> records = new ArrayList<>(List.of(
                observation("e", 0, PAIR),
                action("e", 0, "left", PAIR, "a"),
                action("e", 0, "right", PAIR, "b"),
                reward("e", 0, PAIR, 0.5),
                observation("e", 1, PAIR),
                action("e", 1, "left", PAIR, "c"),
                action("e", 1, "right", PAIR, "d"),
                reward("e", 1, PAIR, 1)));
        Trajectory inOrder = close(records.toArray(SpecificRecord[]::new));
        Random random = new Random(5);

        for (int i = 0; i < 200; i++) {
            Collections.shuffle(records, random);
            assertEquals(inOrder, close(records.toArray(SpecificRecord[]::new)));
        }
    }

    @Test
    void shouldPutActionsInTheOrderOfDAndNotOfDeclarationOrArrival() {
        Trajectory trajectory = close(
                observation("e", 0, CHAIN_2),
                action("e", 0, "actor", CHAIN_2, "\\boxed{7}"),
                reward("e", 0, CHAIN_2, 1),
                action("e", 0, "reasoner", CHAIN_2, "3+4"));

        assertEquals(
                List.of("reasoner", "actor"),
                trajectory.getSteps().get(0).getActions().stream()
                        .map(Action::getAgent)
                        .toList());
    }

    @Test
    void shouldCloseWhenTheEnvironmentIsDoneBeforeTheHorizon() {
        Trajectory trajectory = close(
                observation("e", 0, PAIR),
                action("e", 0, "left", PAIR, "a"),
                action("e", 0, "right", PAIR, "b"),
                reward("e", 0, PAIR, 0.5),
                observation("e", 1, PAIR, Purpose.TRAINING, true));

        assertEquals(Closure.DONE, trajectory.getClosure());
        assertTrue(trajectory.getTerminal());
        assertEquals(1, trajectory.getSteps().size());
    }

    @Test
    void shouldCloseAQuestionWithoutReward() {
        Trajectory trajectory = close(
                observation("q", 0, CHAIN, Purpose.QUESTION, false),
                action("q", 0, "reasoner", CHAIN, "3+4", Purpose.QUESTION),
                action("q", 0, "actor", CHAIN, "7", Purpose.QUESTION));

        assertEquals(Closure.HORIZON, trajectory.getClosure());
        assertNull(trajectory.getSteps().get(0).getReward());
        assertInstanceOf(Ignored.class, take(Optional.empty(), reward("q", 0, CHAIN, 1, Purpose.QUESTION)));
        assertInstanceOf(Rejected.class, take(Optional.empty(), reward("q", -1, CHAIN, 1, Purpose.QUESTION)));
    }

    @Test
    void shouldCloseWithoutTheActionsOfAgentsThatAreSkipped() {
        Trajectory trajectory = close(
                observation("e", 0, TRIAGE),
                action("e", 0, "fast", TRIAGE, "7"),
                reward("e", 0, TRIAGE, 1),
                action("e", 0, "triage", TRIAGE, "fast"));

        assertEquals(Closure.HORIZON, trajectory.getClosure());
        assertEquals(
                List.of("triage", "fast"),
                trajectory.getSteps().get(0).getActions().stream()
                        .map(Action::getAgent)
                        .toList());
    }

    @Test
    void shouldWaitForAnAgentWhoseConditionIsTrue() {
        AssemblyState state = open(
                observation("e", 0, TRIAGE),
                action("e", 0, "triage", TRIAGE, "slow"),
                reward("e", 0, TRIAGE, 0),
                action("e", 0, "plan", TRIAGE, "p"));

        assertInstanceOf(Closed.class, take(Optional.of(state), action("e", 0, "slow", TRIAGE, "7")));
    }

    @Test
    void shouldLeaveAStepOnWhichAConditionHasNoValueToTheDeadline() {
        AssemblyState state =
                open(observation("e", 0, TRIAGE), action("e", 0, "triage", TRIAGE, "("), reward("e", 0, TRIAGE, 0));

        Trajectory trajectory = assembly.expire(state, LATER).orElseThrow();

        assertEquals(Closure.TIMED_OUT, trajectory.getClosure());
        assertEquals(1, trajectory.getSteps().get(0).getActions().size());
    }

    @Test
    void shouldCloseATeamThatRetriesWhenItIsDoneOrItsHorizonIsUsedUp() {
        List<SpecificRecord> records = new ArrayList<>();
        for (int step = 0; step < 3; step++) {
            records.add(observation("e", step, VERIFIED));
            records.add(action("e", step, "actor", VERIFIED, "7"));
            records.add(action("e", step, "verifier", VERIFIED, "no"));
            records.add(reward("e", step, VERIFIED, 0));
        }
        assertEquals(
                Closure.HORIZON, close(records.toArray(SpecificRecord[]::new)).getClosure());

        records.subList(6, 12).clear();
        records.add(action("e", 1, "verifier", VERIFIED, "yes"));
        records.add(reward("e", 1, VERIFIED, 0));
        records.add(observation("e", 2, VERIFIED, Purpose.TRAINING, true));
        Trajectory done = close(records.toArray(SpecificRecord[]::new));

        assertEquals(Closure.ANSWERED, done.getClosure());
        assertTrue(done.getTerminal());
        assertEquals(2, done.getSteps().size());
    }

    @Test
    void shouldRefuseStepsThatATeamWhichRetriesHasNotOpened() {
        AssemblyState state = open(observation("e", 0, VERIFIED), action("e", 0, "actor", VERIFIED, "7"));
        Observation own = observation("e", 1, VERIFIED);
        String foreign = "the team opens step 1 itself, by its 'retry', and this is not step 0's observation once more";

        for (boolean done : new boolean[] {false, true}) {
            Observation asks = Observation.newBuilder(own)
                    .setDone(done)
                    .setMessages(List.of(new Message("user", "another")))
                    .build();
            assertEquals(foreign, reject(state, asks));
        }
        assertEquals(
                foreign, reject(state, Observation.newBuilder(own).setSeed(8).build()));
        Optional<AssemblyState> none = Optional.empty();
        assertEquals(
                foreign, assertInstanceOf(Rejected.class, take(none, own)).reason(), "step 0 comes first in its topic");
    }

    @Test
    void shouldLetActionsTellWhetherATeamThatRetriesIsDone() {
        Observation done = observation("e", 1, VERIFIED, Purpose.TRAINING, true);
        List<SpecificRecord> first = List.of(
                observation("e", 0, VERIFIED),
                action("e", 0, "actor", VERIFIED, "7"),
                reward("e", 0, VERIFIED, 0),
                done,
                observation("e", 1, VERIFIED));
        AssemblyState state = open(first.toArray(SpecificRecord[]::new));
        assertEquals("step 1 has an observation already", reject(state, done));

        Outcome right = take(Optional.of(state), action("e", 0, "verifier", VERIFIED, "yes"));
        Trajectory trajectory = assertInstanceOf(Closed.class, right).trajectory();
        assertEquals(Closure.ANSWERED, trajectory.getClosure());
        assertEquals(1, trajectory.getSteps().size());

        Outcome wrong = take(Optional.of(state), action("e", 0, "verifier", VERIFIED, "no"));
        AssemblyState goesOn = assertInstanceOf(Open.class, wrong).state();
        assertEquals(2, assembly.expire(goesOn, LATER).orElseThrow().getSteps().size());
    }

    @Test
    void shouldRefuseStepsThatAreNoNumbersOfSteps() {
        for (Team team : List.of(PAIR, VERIFIED)) {
            AssemblyState state = open(observation("e", 0, team));
            for (int step : new int[] {Integer.MIN_VALUE, -1, Integer.MAX_VALUE}) {
                assertTrue(reject(state, observation("e", step, team)).contains("outside the horizon"));
            }
            assertTrue(reject(state, observation("e", -1, team, Purpose.TRAINING, true))
                    .contains("outside the horizon"));
        }
    }

    @Test
    void shouldKeepWhatThereIsWhenTheDeadlinePasses() {
        AssemblyState state = open(observation("e", 0, CHAIN), action("e", 0, "reasoner", CHAIN, "3+4"));

        Trajectory trajectory = assembly.expire(state, LATER).orElseThrow();

        assertEquals(Closure.TIMED_OUT, trajectory.getClosure());
        assertFalse(trajectory.getTerminal());
        assertEquals(1, trajectory.getSteps().get(0).getActions().size());
        assertNull(trajectory.getSteps().get(0).getReward());
    }

    @Test
    void shouldForgetWhatNeverHadAnObservation() {
        AssemblyState state = open(action("x", 0, "actor", CHAIN, "7"), reward("x", 0, CHAIN, 1));

        assertEquals(Optional.empty(), assembly.expire(state, LATER));
    }

    @Test
    void shouldPassOverActionsOfAnotherTeamVersionThanTheObservations() {
        Trajectory trajectory = close(
                action("e", 0, "actor", CHAIN_2, "wrong version"),
                action("e", 0, "actor", CHAIN, "right version"),
                action("e", 0, "reasoner", CHAIN, "3+4"),
                observation("e", 0, CHAIN),
                reward("e", 0, CHAIN, 1));

        assertEquals(
                "right version",
                trajectory.getSteps().get(0).getActions().get(1).getText());
    }

    @Test
    void shouldSayWhyARecordCannotBeUsed() {
        Team unknown = Team.newBuilder(CHAIN).setVersion(9).build();
        AssemblyState state =
                open(observation("e", 0, CHAIN), action("e", 0, "actor", CHAIN, "7"), reward("e", 0, CHAIN, 1));

        assertEquals("step 0 has an observation already", reject(state, observation("e", 0, CHAIN)));
        assertEquals("agent actor has acted in step 0 already", reject(state, action("e", 0, "actor", CHAIN, "8")));
        assertEquals("step 0 has a reward already", reject(state, reward("e", 0, CHAIN, 0)));
        assertEquals(
                "the episode keeps another team than chain version 2",
                reject(state, action("e", 0, "reasoner", CHAIN_2, "8")));
        assertEquals("the episode keeps another team than pair version 1", reject(state, observation("e", 1, PAIR)));
        assertEquals("observation's step 1 is outside the horizon of 1", reject(state, observation("e", 1, CHAIN)));
        assertEquals(
                "observation's step 0 is outside the horizon of 2",
                reject(state, observation("e", 0, PAIR, Purpose.TRAINING, true)));
        assertEquals("action's step 1 is outside the horizon of 1", reject(state, action("e", 1, "actor", CHAIN, "")));
        assertEquals("agent left is not in team chain version 1", reject(state, action("e", 0, "left", CHAIN, "")));
        assertEquals("team chain version 9 is unknown", reject(state, action("e", 0, "actor", unknown, "")));
        assertEquals("team chain version 9 is unknown", reject(state, observation("e", 0, unknown)));
    }

    @Test
    void shouldIgnoreADoneFlagAtTheHorizon() {
        assertInstanceOf(Ignored.class, take(Optional.empty(), observation("e", 1, CHAIN, Purpose.TRAINING, true)));
    }

    private Outcome take(Optional<AssemblyState> known, SpecificRecord record) {
        if (record instanceof Observation observation) {
            return assembly.observation(known, observation, LATER);
        }
        return record instanceof Action action
                ? assembly.action(known, action, LATER)
                : assembly.reward(known, (Reward) record, LATER);
    }

    private AssemblyState open(SpecificRecord... records) {
        Optional<AssemblyState> state = Optional.empty();
        for (SpecificRecord record : records) {
            state = Optional.of(
                    assertInstanceOf(Open.class, take(state, record)).state());
        }
        return state.orElseThrow();
    }

    private Trajectory close(SpecificRecord... records) {
        SpecificRecord last = records[records.length - 1];
        AssemblyState state =
                open(List.of(records).subList(0, records.length - 1).toArray(SpecificRecord[]::new));
        return assertInstanceOf(Closed.class, take(Optional.of(state), last)).trajectory();
    }

    private String reject(AssemblyState state, SpecificRecord record) {
        return assertInstanceOf(Rejected.class, take(Optional.of(state), record))
                .reason();
    }
}
