package io.marft.trainer.update;

import static java.util.Locale.ROOT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.trainer.batch.Episode;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import io.marft.trainer.objective.Level;
import io.marft.trainer.optimizer.AdamW;
import io.marft.trainer.optimizer.Moments;
import io.marft.trainer.state.AgentState;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MarftUpdateTest {

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

    private static TrainingConfiguration at(Level level, String yaml) {
        return Learner.quick("level: " + (level == Level.ACTION ? "action" : "token") + "\n" + yaml);
    }

    @ParameterizedTest
    @EnumSource(Level.class)
    void shouldLearnWhatIsRewarded(Level level) {
        TrainingConfiguration configuration = at(level, "");
        TrainingState state = learner.initial(configuration);
        double before = learner.earned(state);
        for (int i = 0; i < 14; i++) {
            state = learner.update(state, configuration, 2).state();
        }
        double after = learner.earned(state);

        assertTrue(after > before + 0.2, "reward rose from " + before + " to " + after);
    }

    @ParameterizedTest
    @EnumSource(Level.class)
    void shouldRepeatBitForBitWhateverTheNumberOfThreads(Level level) {
        TrainingConfiguration configuration = at(level, "");
        TrainingState initial = learner.initial(configuration);
        UpdateResult one = learner.update(initial, configuration, 1);
        UpdateResult two = learner.update(initial, configuration, 2);
        UpdateResult again = learner.update(initial, configuration, 2);

        assertEquals(Learner.digest(one.state()), Learner.digest(two.state()));
        assertEquals(Learner.digest(two.state()), Learner.digest(again.state()));
        assertEquals(one.agents(), two.agents());
        assertEquals(one.metrics(), two.metrics());
    }

    /** Among the agents' turns and, while the critic warms up, among its own. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldGiveUpTheUpdateThatItIsClosedIn(int warmup) {
        TrainingConfiguration endless =
                TrainingFile.parse("targetKl: 1000\nepochs: 1000000\ncritic: {warmup: " + warmup + "}\n", "test");
        TrainingState initial = learner.initial(endless);
        List<Episode> episodes = learner.play(initial);
        MarftUpdate update = learner.marft(2);
        CompletableFuture<UpdateResult> result =
                CompletableFuture.supplyAsync(() -> update.apply(initial, episodes, endless, 1));
        assertThrows(TimeoutException.class, () -> result.get(500, TimeUnit.MILLISECONDS));

        update.close();

        ExecutionException ended = assertThrows(ExecutionException.class, () -> result.get(60, TimeUnit.SECONDS));
        assertInstanceOf(CancellationException.class, ended.getCause());
    }

    /** In a chain of one step actor and critic read the same tokens: 128 decisions, 128 sequences. */
    @ParameterizedTest
    @EnumSource(Level.class)
    void shouldPassTheBaseModelOncePerDecisionHoweverManyEpochs(Level level) {
        TrainingConfiguration one = untrusting(level, 1);
        TrainingConfiguration four = untrusting(level, 4);

        UpdateResult once = learner.update(learner.initial(one), one, 2);
        UpdateResult often = learner.update(learner.initial(four), four, 2);

        assertEquals(
                List.of("base", "credit", "policy", "critic"),
                once.phases().stream().map(UpdateResult.Phase::name).toList());
        assertEquals(128, sequences(once, "base"));
        assertEquals(128, sequences(often, "base"));
        assertEquals(3 * 128, sequences(often, "policy") - sequences(once, "policy"));
        assertEquals(0, sequences(often, "critic"));
    }

    /** No epoch is left out. */
    private static TrainingConfiguration untrusting(Level level, int epochs) {
        String name = level == Level.ACTION ? "action" : "token";
        return TrainingFile.parse("level: " + name + "\ntargetKl: 1000\nepochs: " + epochs + "\n", "test");
    }

    private static long sequences(UpdateResult result, String phase) {
        return result.phases().stream()
                .filter(one -> one.name().equals(phase))
                .mapToLong(UpdateResult.Phase::sequences)
                .sum();
    }

    @Test
    void shouldChangeBothAgentsAndTheCritic() {
        TrainingConfiguration configuration = Learner.quick("");
        TrainingState before = learner.initial(configuration);
        TrainingState after = learner.update(before, configuration, 2).state();

        assertEquals(1, after.update());
        for (String agent : List.of("first", "second")) {
            assertNotEquals(
                    before.agents().get(agent).adapter().digest(),
                    after.agents().get(agent).adapter().digest());
        }
        assertNotEquals(criticWeight(before), criticWeight(after));
    }

    private static float criticWeight(TrainingState state) {
        return state.critics().get(TrainingState.SHARED).critic().weights()[0];
    }

    @ParameterizedTest
    @EnumSource(Level.class)
    void shouldReportFreshDataAsFreshAndItsLogProbabilitiesAsTheActors(Level level) {
        TrainingConfiguration configuration =
                TrainingFile.parse("level: " + level.name().toLowerCase(ROOT) + "\n", "test");
        UpdateResult result = learner.update(learner.initial(configuration), configuration, 2);

        assertEquals(0, result.metrics().get("rollout/staleness"));
        assertEquals(0, result.metrics().get("rollout/mismatch_kl"), 1e-6);
        assertEquals(0, result.agents().get(0).metrics().get("losses/kl_base"), 0.5);
        assertTrue(result.metrics().containsKey("grad_norm/first"));
        assertTrue(result.metrics().values().stream().allMatch(Double::isFinite));
    }

    @Test
    void shouldLeaveAgentsAloneWhileTheCriticWarmsUp() {
        TrainingConfiguration warming = Learner.quick("critic: {warmup: 1}\n");
        TrainingState before = learner.initial(warming);
        UpdateResult result = learner.update(before, warming, 2);

        assertEquals(before.agents().get("first"), result.state().agents().get("first"));
        assertEquals(2, result.agents().size());
        assertNotEquals(criticWeight(before), criticWeight(result.state()));
        assertNotEquals(
                before.agents().get("first"),
                learner.update(result.state(), warming, 2).state().agents().get("first"));
    }

    /** The first step is far too long even when cut to a 32nd. */
    @Test
    void shouldNotTakeAStepThatLeadsFarOutOfTheTrustRegion() {
        TrainingConfiguration cautious =
                TrainingFile.parse("targetKl: 1.0e-9\noptimizer: {learningRate: 0.01}\n", "test");
        TrainingState before = learner.initial(cautious);

        UpdateResult result = learner.update(before, cautious, 2);

        for (UpdateResult.AgentResult agent : result.agents()) {
            AgentState start = before.agents().get(agent.agent());
            AgentState end = result.state().agents().get(agent.agent());
            assertEquals(0.0, agent.metrics().get("charts/policy_steps"));
            assertTrue(agent.metrics().get("losses/approx_kl") > 1e-9);
            assertEquals(start.adapter().digest(), end.adapter().digest());
            assertEquals(0, end.moments().steps());
        }
    }

    @Test
    void shouldTakeAsMuchOfAStepAsStaysInTheTrustRegion() {
        TrainingConfiguration free = TrainingFile.parse("targetKl: 1000\noptimizer: {learningRate: 0.01}\n", "test");
        TrainingState before = learner.initial(free);
        UpdateResult.AgentResult unbound =
                learner.update(before, free, 2).agents().get(0);
        double bound = unbound.metrics().get("losses/approx_kl");
        TrainingConfiguration bounded =
                TrainingFile.parse("targetKl: " + bound + "\noptimizer: {learningRate: 0.01}\n", "test");

        UpdateResult result = learner.update(before, bounded, 2);

        UpdateResult.AgentResult agent = result.agents().get(0);
        double steps = agent.metrics().get("charts/policy_steps");
        AgentState end = result.state().agents().get(agent.agent());
        assertTrue(steps > 1 && steps < unbound.metrics().get("charts/policy_steps"), () -> "steps: " + steps);
        assertEquals((long) steps, end.moments().steps());
        // The last step alone would have led out: its running mean of gradients is kept, the weights are on the way.
        assertNotEquals(0, AdamW.norm(end.moments().first()));
    }

    /** As in an update whose batch says nothing: the first step is what earlier ones had gathered, and it is far too long. */
    @Test
    void shouldForgetMomentumThatLeadsOutOfTheTrustRegionByItself() {
        TrainingConfiguration configuration = TrainingFile.parse("targetKl: 0.01\n", "test");
        TrainingState before =
                learner.update(learner.initial(configuration), configuration, 2).state();
        Map<String, AgentState> agents = new LinkedHashMap<>();
        before.agents().forEach((name, agent) -> {
            float[] first = new float[agent.moments().first().length];
            Arrays.fill(first, 1);
            agents.put(
                    name,
                    new AgentState(
                            agent.adapter(),
                            new Moments(9, first, agent.moments().second()),
                            0));
        });

        UpdateResult result = learner.update(
                new TrainingState(before.team(), before.baseModelDigest(), before.update(), agents, before.critics()),
                configuration,
                2);

        result.state()
                .agents()
                .values()
                .forEach(agent -> assertEquals(0, AdamW.norm(agent.moments().first())));
    }

    @Test
    void shouldKeepAdaptersWhereTheLearningRateIsZero() {
        TrainingConfiguration still = TrainingFile.parse("optimizer: {learningRate: 0}\n", "test");
        TrainingState before = learner.initial(still);

        assertEquals(
                before.agents().get("second").adapter().digest(),
                learner.update(before, still, 2)
                        .state()
                        .agents()
                        .get("second")
                        .adapter()
                        .digest());
    }

    @Test
    void shouldReadBackTheStateThatItWrote() {
        TrainingConfiguration configuration = Learner.quick("");
        TrainingState state =
                learner.update(learner.initial(configuration), configuration, 2).state();
        byte[] bytes = StateBytes.write(state);

        assertArrayEquals(bytes, StateBytes.write(StateBytes.read(bytes)));
    }
}
