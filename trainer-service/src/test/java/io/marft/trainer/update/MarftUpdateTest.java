package io.marft.trainer.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.trainer.Trajectories;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.batch.EpisodeReader;
import io.marft.trainer.batch.Reading;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MarftUpdateTest {

    private static final TrainingConfiguration CONFIGURATION = TrainingFile.parse(
            """
            batchEpisodes: 64
            minibatches: 1
            targetKl: 1
            optimizer: {learningRate: 0.01}
            policy: {entropyCoefficient: 0}
            lora: {targets: [q_proj, v_proj, o_proj, up_proj, down_proj]}
            """,
            "test");

    @TempDir
    static Path directory;

    private static LanguageModel model;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 1), 1);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** The share of an action's tokens from the upper half of the vocabulary. */
    private static double reward(List<Integer> tokens) {
        return tokens.stream().filter(token -> token > 50).count() / (double) tokens.size();
    }

    private static List<Episode> play(TrainingState state, int episodes) {
        Map<String, Adapter> adapters = new LinkedHashMap<>();
        state.agents().forEach((agent, agentState) -> adapters.put(agent, agentState.adapter()));
        EpisodeReader reader = new EpisodeReader(Trajectories.TEAM, model);
        int from = (int) state.update() * episodes;
        return new Trajectories(model, MarftUpdateTest::reward)
                .play(from, from + episodes, state.update(), adapters).stream()
                        .map(trajectory -> reader.read(trajectory, state.update(), 0))
                        .map(reading -> ((Reading.Usable) reading).episode())
                        .toList();
    }

    private static TrainingState initial(TrainingConfiguration configuration) {
        return TrainingState.initial(model.digest(), model.config(), Trajectories.TEAM, configuration, 5);
    }

    private static UpdateResult update(TrainingState state, TrainingConfiguration configuration, int threads) {
        try (MarftUpdate update = new MarftUpdate(model, Trajectories.TEAM, threads)) {
            return update.apply(state, play(state, 64), configuration, 5);
        }
    }

    private static String digest(TrainingState state) {
        return StateBytes.digest(StateBytes.write(state));
    }

    @Test
    void shouldLearnWhatIsRewarded() {
        TrainingState state = initial(CONFIGURATION);
        double before =
                play(state, 64).stream().mapToDouble(Episode::earned).average().orElseThrow();
        for (int i = 0; i < 14; i++) {
            state = update(state, CONFIGURATION, 2).state();
        }
        double after =
                play(state, 64).stream().mapToDouble(Episode::earned).average().orElseThrow();

        assertTrue(after > before + 0.2, "reward rose from " + before + " to " + after);
    }

    @Test
    void shouldRepeatBitForBitWhateverTheNumberOfThreads() {
        UpdateResult one = update(initial(CONFIGURATION), CONFIGURATION, 1);
        UpdateResult two = update(initial(CONFIGURATION), CONFIGURATION, 2);
        UpdateResult again = update(initial(CONFIGURATION), CONFIGURATION, 2);

        assertEquals(digest(one.state()), digest(two.state()));
        assertEquals(digest(two.state()), digest(again.state()));
        assertEquals(one.agents(), two.agents());
        assertEquals(one.metrics(), two.metrics());
    }

    @Test
    void shouldChangeBothAgentsAndTheCritic() {
        TrainingState before = initial(CONFIGURATION);
        TrainingState after = update(before, CONFIGURATION, 2).state();

        assertEquals(1, after.update());
        for (String agent : List.of("first", "second")) {
            assertNotEquals(
                    before.agents().get(agent).adapter().digest(),
                    after.agents().get(agent).adapter().digest());
        }
        assertNotEquals(before.critic().weights()[0], after.critic().weights()[0]);
    }

    @Test
    void shouldReportFreshDataAsFreshAndItsLogProbabilitiesAsTheActors() {
        UpdateResult result = update(initial(CONFIGURATION), CONFIGURATION, 2);

        assertEquals(0, result.metrics().get("rollout/staleness"));
        assertEquals(0, result.metrics().get("rollout/mismatch_kl"), 1e-6);
        assertEquals(0, result.agents().get(0).metrics().get("losses/kl_base"), 0.5);
        assertTrue(result.metrics().containsKey("grad_norm/first"));
        assertTrue(result.metrics().values().stream().allMatch(Double::isFinite));
    }

    @Test
    void shouldLeaveAgentsAloneWhileTheCriticWarmsUp() {
        TrainingConfiguration warming = TrainingFile.parse("critic: {warmup: 1}\n", "test");
        TrainingState before = initial(warming);
        UpdateResult result = update(before, warming, 2);

        assertEquals(before.agents().get("first"), result.state().agents().get("first"));
        assertEquals(2, result.agents().size());
        assertNotEquals(before.critic().weights()[0], result.state().critic().weights()[0]);
        assertNotEquals(
                before.agents().get("first"),
                update(result.state(), warming, 2).state().agents().get("first"));
    }

    @Test
    void shouldStopAnAgentThatLeavesTheTrustRegion() {
        TrainingConfiguration cautious =
                TrainingFile.parse("targetKl: 1.0e-9\noptimizer: {learningRate: 0.01}\n", "test");
        UpdateResult result = update(initial(cautious), cautious, 2);

        // The first step starts from the proximal policy itself, where the divergence is nothing but noise.
        assertTrue(result.agents().get(0).metrics().get("charts/policy_steps") <= 2);
    }

    @Test
    void shouldKeepAdaptersWhereTheLearningRateIsZero() {
        TrainingConfiguration still = TrainingFile.parse("optimizer: {learningRate: 0}\n", "test");
        TrainingState before = initial(still);

        assertEquals(
                before.agents().get("second").adapter().digest(),
                update(before, still, 2)
                        .state()
                        .agents()
                        .get("second")
                        .adapter()
                        .digest());
    }

    @Test
    void shouldBootstrapAnEpisodeThatWasCutOff() {
        TrainingState state = initial(CONFIGURATION);
        List<Episode> cut = play(state, 4).stream()
                .map(episode -> new Episode(episode.id(), false, episode.decisions()))
                .toList();
        try (MarftUpdate update = new MarftUpdate(model, Trajectories.TEAM, 1)) {
            UpdateResult truncated = update.apply(state, cut, CONFIGURATION, 5);
            UpdateResult terminal = update.apply(state, play(state, 4), CONFIGURATION, 5);

            assertNotEquals(digest(terminal.state()), digest(truncated.state()));
        }
    }

    @Test
    void shouldReadBackTheStateThatItWrote() {
        TrainingState state = update(initial(CONFIGURATION), CONFIGURATION, 2).state();
        byte[] bytes = StateBytes.write(state);

        assertArrayEquals(bytes, StateBytes.write(StateBytes.read(bytes)));
    }
}
