package io.marft.trainer.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.optimizer.AdamW;
import io.marft.trainer.state.AgentState;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who learns when, and from whose credit. */
final class SchedulesTest {

    @TempDir
    static Path directory;

    private static Learner learner;

    @BeforeAll
    static void load() {
        learner = new Learner(directory);
    }

    @AfterAll
    static void close() {
        learner.close();
    }

    private static List<String> order(UpdateResult result) {
        return result.agents().stream()
                .filter(agent -> !agent.metrics().isEmpty())
                .map(UpdateResult.AgentResult::agent)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "schedule: {kind: joint}\n",
                "credit: independent\nschedule: {kind: joint}\n",
                "credit: independent\nlevel: token\nschedule: {kind: joint}\n"
            })
    void shouldLearnWhatIsRewarded(String yaml) {
        TrainingConfiguration configuration = Learner.quick(yaml);
        TrainingState state = learner.initial(configuration);
        double before = learner.earned(state);
        for (int i = 0; i < 20; i++) {
            state = learner.update(state, configuration, 2).state();
        }
        double after = learner.earned(state);

        assertTrue(after > before + 0.2, "reward rose from " + before + " to " + after);
    }

    @Test
    void shouldTrainAllAgentsInDeclaredOrderIfJoint() {
        TrainingConfiguration configuration = Learner.quick("schedule: {kind: joint}\n");

        UpdateResult result = learner.update(learner.initial(configuration), configuration, 2);

        assertEquals(List.of("first", "second"), order(result));
    }

    /** Both of a sequential update's orders occur, and the second agent's adapter depends on which it is. */
    @Test
    void shouldTrainAgentsInARandomOrderIfSequential() {
        TrainingConfiguration configuration = Learner.quick("epochs: 1\n");
        TrainingState state = learner.initial(configuration);
        Set<List<String>> orders = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            UpdateResult result = learner.update(state, configuration, 2);
            orders.add(order(result));
            state = result.state();
        }

        assertEquals(Set.of(List.of("first", "second"), List.of("second", "first")), orders);
    }

    /**
     * An agent that comes first is trained as if there were no other, so it is what joint training makes of it; one that
     * comes after it is not, as its advantages are corrected. With one minibatch nothing else depends on the schedule but
     * the order in which gradients are summed, whose rounding AdamW magnifies.
     */
    @Test
    void shouldCorrectOnlyTheLaterAgent() {
        TrainingConfiguration sequential = Learner.quick("");
        TrainingConfiguration joint = Learner.quick("schedule: {kind: joint}\n");
        UpdateResult corrected = learner.update(learner.initial(sequential), sequential, 2);
        UpdateResult uncorrected = learner.update(learner.initial(joint), joint, 2);
        String earlier = order(corrected).get(0);
        String later = order(corrected).get(1);

        assertArrayEquals(weights(uncorrected.state(), earlier), weights(corrected.state(), earlier), 2e-3f);
        assertTrue(distance(weights(uncorrected.state(), later), weights(corrected.state(), later))
                > 3 * distance(weights(uncorrected.state(), earlier), weights(corrected.state(), earlier)));
    }

    private static float[] weights(TrainingState state, String agent) {
        return AgentState.flat(state.agents().get(agent).adapter());
    }

    private static double distance(float[] one, float[] other) {
        float[] difference = one.clone();
        for (int i = 0; i < one.length; i++) {
            difference[i] -= other[i];
        }
        return AdamW.norm(difference);
    }

    /** Two updates for the first agent, two for the second, and so on; the other keeps weights and moments. */
    @Test
    void shouldTrainOneAgentAtATimeIfAlternating() {
        TrainingConfiguration configuration = Learner.quick("epochs: 1\nschedule: {kind: alternate, interval: 2}\n");
        TrainingState state = learner.initial(configuration);
        List<String> turns = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            UpdateResult result = learner.update(state, configuration, 2);
            String turn = order(result).get(0);
            String other = turn.equals("first") ? "second" : "first";
            assertEquals(state.agents().get(other), result.state().agents().get(other));
            assertNotEquals(
                    state.agents().get(turn).adapter().digest(),
                    result.state().agents().get(turn).adapter().digest());
            assertEquals(1, order(result).size());
            turns.add(turn);
            state = result.state();
        }

        assertEquals(List.of("first", "first", "second", "second", "first"), turns);
    }

    @Test
    void shouldGiveEachAgentACriticOfItsOwnIfIndependent() {
        TrainingConfiguration configuration =
                Learner.quick("epochs: 1\ncredit: independent\nschedule: {kind: joint}\n");
        TrainingState before = learner.initial(configuration);
        TrainingState after = learner.update(before, configuration, 2).state();

        assertEquals(Set.of("first", "second"), after.critics().keySet());
        for (String agent : after.critics().keySet()) {
            assertFalse(Arrays.equals(critic(before, agent), critic(after, agent)));
        }
        assertFalse(Arrays.equals(critic(after, "first"), critic(after, "second")));
        byte[] bytes = StateBytes.write(after);
        assertArrayEquals(bytes, StateBytes.write(StateBytes.read(bytes)));
    }

    private static float[] critic(TrainingState state, String agent) {
        return state.critics().get(agent).critic().weights();
    }

    @Test
    void shouldRepeatBitForBitWhateverTheNumberOfThreadsIfIndependentAndJoint() {
        TrainingConfiguration configuration =
                Learner.quick("level: token\ncredit: independent\nschedule: {kind: joint}\n");

        assertEquals(
                Learner.digest(learner.update(learner.initial(configuration), configuration, 1)
                        .state()),
                Learner.digest(learner.update(learner.initial(configuration), configuration, 2)
                        .state()));
    }
}
