package io.marft.trainer.update;

import io.marft.policy.LanguageModel;
import io.marft.policy.decoder.Perceptrons;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.state.AgentState;
import io.marft.trainer.state.CriticState;
import io.marft.trainer.state.Seeds;
import io.marft.trainer.state.TrainingState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One MARFT update (arXiv 2504.16129), at action or at token level.
 *
 * <p>It is a pure function of base model, previous state, ordered episodes, configuration and seed:
 *
 * <ol>
 *   <li>The frozen base's passes, one for each context, give the critic's features and the reference log-probabilities.
 *   <li>The critic, or each agent's own, values every decision or token; generalised advantage estimation credits them.
 *   <li>Advantages are normalised, and agents take their turns by the schedule, each by clipped steps on its own
 *       decisions.
 *   <li>The critics learn the returns.
 * </ol>
 *
 * <p>On one class of CPU results repeat bit for bit, whatever the number of threads. One update at a time.
 */
public final class MarftUpdate implements AutoCloseable {

    private final LanguageModel model;
    private final ExecutorService workers;

    /**
     * An update.
     *
     * @param model the frozen base model; not closed by this object
     * @param threads how many micro-batches are worked on at once
     */
    public MarftUpdate(LanguageModel model, int threads) {
        this.model = model;
        this.workers = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "marft-update");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Learns from a batch.
     *
     * @param state where training stands; every agent that acted has a part of it
     * @param episodes at least one, all of them sound (see {@code EpisodeReader})
     * @param seed the run's seed; each update derives its own from it
     * @throws java.util.concurrent.CancellationException if this object is closed meanwhile
     */
    public UpdateResult apply(
            TrainingState state, List<Episode> episodes, TrainingConfiguration configuration, long seed) {
        long update = state.update() + 1;
        Random random = new Random(Seeds.derive(seed, "update " + update));
        Rollout rollout = new Rollout(episodes);
        ModelPasses passes = new ModelPasses(model, workers, configuration.microBatch());
        Perceptrons perceptrons = model.perceptrons();
        Phases phases = new Phases(passes);

        BasePass base = BasePass.over(rollout, passes, configuration.level(), configuration.credit());
        phases.end("base");
        Credit credit = Credit.of(rollout, base, state.critics(), configuration, perceptrons);
        phases.end("credit");

        UpdateMetrics metrics = new UpdateMetrics(rollout, state.update());
        Map<String, AgentState> agents = new LinkedHashMap<>(state.agents());
        if (update > configuration.critic().warmup()) {
            new AgentTurns(rollout, base, credit, configuration, new PolicyTraining(passes, configuration))
                    .run(agents, update, metrics, random);
        }
        phases.end("policy");

        CriticTraining training = new CriticTraining(configuration, perceptrons, passes::requireWanted);
        Map<String, CriticState> critics = critics(state.critics(), rollout, base, credit, training, metrics, random);
        phases.end("critic");
        TrainingState next = new TrainingState(state.team(), state.baseModelDigest(), update, agents, critics);
        return new UpdateResult(
                next, metrics.agents(agents), metrics.whole(), rollout.tokens(), model.device(), phases.all());
    }

    private static Map<String, CriticState> critics(
            Map<String, CriticState> before,
            Rollout rollout,
            BasePass base,
            Credit credit,
            CriticTraining training,
            UpdateMetrics metrics,
            Random random) {
        Map<String, CriticState> after = new LinkedHashMap<>(before);
        List<CriticTraining.Outcome> outcomes = new ArrayList<>();
        before.forEach((owner, critic) -> {
            int[] own = rollout.ofCritic(owner);
            if (own.length > 0) {
                CriticTraining.Outcome outcome = training.train(
                        critic,
                        Minibatches.pick(base.features(), own),
                        Minibatches.pick(credit.values(), own),
                        Minibatches.pick(credit.returns(), own),
                        random);
                after.put(owner, outcome.state());
                outcomes.add(outcome);
            }
        });
        metrics.critics(outcomes, credit);
        return after;
    }

    /** Takes the time of one phase after the other. */
    private static final class Phases {

        private final ModelPasses passes;
        private final List<UpdateResult.Phase> ended = new ArrayList<>();
        private long since = System.nanoTime();
        private long sequences;

        Phases(ModelPasses passes) {
            this.passes = passes;
        }

        void end(String name) {
            long now = System.nanoTime();
            ended.add(new UpdateResult.Phase(name, (now - since) / 1e9, passes.sequences() - sequences));
            since = now;
            sequences = passes.sequences();
        }

        List<UpdateResult.Phase> all() {
            return List.copyOf(ended);
        }
    }

    /** Gives up an update that is under way, which ends with the micro-batches that the model is computing. */
    @Override
    public void close() {
        workers.shutdown();
    }
}
