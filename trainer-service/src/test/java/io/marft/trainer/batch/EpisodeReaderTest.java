package io.marft.trainer.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Trajectory;
import io.marft.trainer.Trajectories;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EpisodeReaderTest {

    @TempDir
    static Path directory;

    private static LanguageModel model;
    private static Trajectory sound;
    private static EpisodeReader reader;

    @BeforeAll
    static void play() {
        model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 1), 1);
        sound = new Trajectories(model, tokens -> 0.75)
                .play(0, 1, 3, Map.of("first", Adapter.none(), "second", Adapter.none()))
                .get(0);
        reader = new EpisodeReader(Trajectories.TEAM, model);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Trajectory with(UnaryOperator<Action.Builder> change) {
        Step step = sound.getSteps().get(0);
        List<Action> actions = new ArrayList<>(step.getActions());
        actions.set(1, change.apply(Action.newBuilder(actions.get(1))).build());
        return Trajectory.newBuilder(sound)
                .setSteps(List.of(Step.newBuilder(step).setActions(actions).build()))
                .build();
    }

    private static String invalid(Trajectory trajectory) {
        return assertInstanceOf(Reading.Invalid.class, reader.read(trajectory, 3, 2))
                .reason();
    }

    private static String dropped(Trajectory trajectory, long version) {
        return assertInstanceOf(Reading.Dropped.class, reader.read(trajectory, version, 2))
                .reason();
    }

    @Test
    void shouldFlattenAnEpisodeWithItsRewardOnTheAnswer() {
        Reading.Usable usable = assertInstanceOf(Reading.Usable.class, reader.read(sound, 3, 2));

        List<Decision> decisions = usable.episode().decisions();
        assertEquals(
                List.of("first", "second"),
                decisions.stream().map(Decision::agent).toList());
        assertArrayEquals(
                new double[] {0, 0.75},
                decisions.stream().mapToDouble(Decision::reward).toArray());
        assertEquals(3, decisions.get(0).version());
        assertArrayEquals(
                new double[] {0.75, 0.75},
                decisions.stream().mapToDouble(Decision::stepReward).toArray());
        assertTrue(decisions.stream().allMatch(Decision::sharesContext));
    }

    @Test
    void shouldPassOverOtherTeamsAndOtherPurposes() {
        Trajectory other = Trajectory.newBuilder(sound).setTeam("others").build();
        Trajectory measured =
                Trajectory.newBuilder(sound).setPurpose(Purpose.EVALUATION).build();

        assertInstanceOf(Reading.Foreign.class, reader.read(other, 3, 2));
        assertInstanceOf(Reading.Foreign.class, reader.read(measured, 3, 2));
    }

    @Test
    void shouldDropWhatIsTooOldAndWhatTimedOut() {
        assertInstanceOf(Reading.Usable.class, reader.read(sound, 5, 2));
        assertEquals("is stale: agent 'first' lagged 3 versions behind, the limit is 2", dropped(sound, 6));
        assertEquals(
                "timed out before it was complete",
                dropped(
                        Trajectory.newBuilder(sound)
                                .setClosure(Closure.TIMED_OUT)
                                .build(),
                        3));
        assertEquals(
                "is of team version 2, the reader's is 1",
                dropped(Trajectory.newBuilder(sound).setTeamVersion(2).build(), 3));
    }

    @Test
    void shouldRefuseNumbersThatWouldPoisonAnUpdate() {
        assertTrue(
                invalid(with(action -> action.setLogProbs(List.of(Float.NaN)))).contains("log-probabilities"));
        for (float poison : new float[] {Float.NEGATIVE_INFINITY, Float.NaN, 0.5f}) {
            List<Float> broken =
                    new ArrayList<>(sound.getSteps().get(0).getActions().get(1).getLogProbs());
            broken.set(0, poison);
            assertEquals(
                    "agent 'second' has log-probability " + poison,
                    invalid(with(action -> action.setLogProbs(broken))));
        }
        Step step = sound.getSteps().get(0);
        step = Step.newBuilder(step)
                .setReward(io.marft.schemas.record.Reward.newBuilder(step.getReward())
                        .setValue(Double.NaN)
                        .build())
                .build();
        assertEquals(
                "step 0 has reward NaN",
                invalid(Trajectory.newBuilder(sound).setSteps(List.of(step)).build()));
    }

    @Test
    void shouldRefuseActionsThatTheModelCannotRead() {
        assertEquals("agent 'second' had an empty action", invalid(with(action -> action.setOutputTokens(List.of())
                .setLogProbs(List.of()))));
        assertEquals(
                "agent 'second' has token 9999 of 101",
                invalid(with(action -> action.setOutputTokens(List.of(9999)).setLogProbs(List.of(-1f)))));
        assertTrue(invalid(with(action -> action.setBaseModelDigest("sha256:other")))
                .startsWith("agent 'second' acted with base model sha256:other, the trainer's is sha256:"));
    }

    @Test
    void shouldRefuseVersionsThatCannotBe() {
        assertEquals(
                "agent 'second' acted with adapter version 4, the newest is 3",
                invalid(with(action -> action.setAdapterVersion(4))));
        assertEquals(
                "agent 'second' acted with adapter version -1, the newest is 3",
                invalid(with(action -> action.setAdapterVersion(-1))));
    }

    @Test
    void shouldRefuseOtherActorsThanThoseThatTheTeamLetsAct() {
        Step step = sound.getSteps().get(0);
        List<Action> swapped = new ArrayList<>(step.getActions());
        Collections.reverse(swapped);

        assertEquals(
                "step 0 has actions of [first, third], the order is [first, second]",
                invalid(with(action -> action.setAgent("third"))));
        assertEquals(
                "step 0 has actions of [first, first], the order is [first, second]",
                invalid(with(action -> action.setAgent("first"))));
        assertEquals(
                "step 0 has actions of [second, first], the order is [first, second]",
                invalid(ofSteps(Step.newBuilder(step).setActions(swapped).build())));
        assertEquals(
                "step 0 has actions of [first], the order is [first, second]",
                invalid(ofSteps(Step.newBuilder(step)
                        .setActions(step.getActions().subList(0, 1))
                        .build())));
    }

    @Test
    void shouldRefuseStepsOutOfPlaceAndEpisodesWithoutSteps() {
        Step step = sound.getSteps().get(0);

        assertEquals(
                "step 1 stands in place 0",
                invalid(ofSteps(Step.newBuilder(step).setStep(1).build())));
        assertEquals("has 2 steps, the team's horizon is 1", invalid(ofSteps(step, step)));
        assertEquals("has no steps", invalid(ofSteps()));
    }

    private static Trajectory ofSteps(Step... steps) {
        return Trajectory.newBuilder(sound).setSteps(List.of(steps)).build();
    }
}
