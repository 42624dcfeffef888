package io.marft.trainer.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.marft.policy.TinyModels;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamFile;
import io.marft.trainer.Trajectories;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JoiningAgentsTest {

    private static final ModelConfig MODEL = TinyModels.config();
    private static final Team CHANGED = TeamFile.parse(
            """
            name: pair
            version: 2
            agents:
              - {name: third}
              - {name: first, after: [third], answers: true}
            """,
            "test");
    private static final TrainingConfiguration INDEPENDENT =
            TrainingFile.parse("{credit: independent, schedule: {kind: joint}}", "test");

    private static TrainingState at(long update, TrainingConfiguration configuration) {
        TrainingState initial = TrainingState.initial("sha256:m", MODEL, Trajectories.TEAM, configuration, 7);
        return new TrainingState("pair", "sha256:m", update, initial.agents(), initial.critics());
    }

    private static TrainingState changed(TrainingState state, TrainingConfiguration configuration) {
        return state.withAgentsOf(List.of(CHANGED), MODEL, configuration, 7);
    }

    @Test
    void shouldGiveAnAgentThatJoinsWhatItWouldHaveBegunWithAndLeaveAllOthers() {
        TrainingState before = at(5, TrainingConfiguration.DEFAULT);

        TrainingState after = changed(before, TrainingConfiguration.DEFAULT);

        assertEquals(
                List.of("first", "second", "third"), List.copyOf(after.agents().keySet()));
        assertSame(before.agents().get("second"), after.agents().get("second"));
        assertEquals(5, after.agents().get("third").since());
        assertEquals(
                TrainingState.initial("sha256:m", MODEL, CHANGED, TrainingConfiguration.DEFAULT, 7)
                        .agents()
                        .get("third")
                        .adapter()
                        .digest(),
                after.agents().get("third").adapter().digest());
        assertEquals(before.critics().keySet(), after.critics().keySet());
        assertEquals(5, after.adapterVersions().since().applyAsLong("third"));
        assertEquals(5, before.adapterVersions().since().applyAsLong("third"));
        assertEquals(0, after.adapterVersions().since().applyAsLong("first"));
    }

    @Test
    void shouldGiveItACriticWhereEachAgentHasItsOwn() {
        assertEquals(
                Set.of("first", "second", "third"),
                changed(at(5, INDEPENDENT), INDEPENDENT).critics().keySet());
    }

    @Test
    void shouldComeBackFromBytesWithSinceWhenAnAgentHasBeenThere() {
        TrainingState changed = changed(at(5, INDEPENDENT), INDEPENDENT);
        byte[] bytes = StateBytes.write(changed);

        TrainingState read = StateBytes.read(bytes);

        assertEquals(5, read.agents().get("third").since());
        assertArrayEquals(bytes, StateBytes.write(read));
        assertEquals(
                0,
                StateBytes.read(StateBytes.write(at(5, INDEPENDENT)))
                        .agents()
                        .get("first")
                        .since());
    }

    @Test
    void shouldGoOnWithAgentsThatHaveChanged() {
        at(5, INDEPENDENT).checkFits("sha256:m", MODEL, CHANGED, INDEPENDENT);
    }
}
