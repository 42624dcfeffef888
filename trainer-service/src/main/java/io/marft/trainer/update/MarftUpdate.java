package io.marft.trainer.update;

import io.marft.policy.LanguageModel;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.trainer.advantage.Standardisation;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.batch.Episode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One MARFT update (arXiv 2504.16129), action level, sequential schedule.
 *
 * <p>It is a pure function of base model, previous state, ordered episodes, configuration and seed:
 *
 * <ol>
 *   <li>One pass of the frozen base gives the critic's features and the reference log-probabilities.
 *   <li>The critic values every decision; generalised advantage estimation credits them over the flattened episode.
 *   <li>Agents are updated one by one in a seeded random order, each by clipped steps on its own decisions. An earlier
 *       agent's clipped ratio on an episode multiplies every later agent's advantages there: the HAPPO correction, by
 *       which each agent improves upon what the team has become and not upon what it was.
 *   <li>The critic learns the returns.
 * </ol>
 *
 * <p>On one class of CPU results repeat bit for bit, whatever the number of threads. One update at a time.
 */
public final class MarftUpdate implements AutoCloseable {

    private final LanguageModel model;
    private final Map<String, Float> temperatures = new LinkedHashMap<>();
    private final ExecutorService workers;

    /**
     * An update for one team.
     *
     * @param model the frozen base model; not closed by this object
     * @param team whose agents are trained; each samples at the temperature that it states
     * @param threads how many micro-batches are worked on at once
     */
    public MarftUpdate(LanguageModel model, Team team, int threads) {
        this.model = model;
        for (TeamAgent agent : team.getAgents()) {
            temperatures.put(agent.getName(), agent.getSampling().getTemperature());
        }
        this.workers = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "marft-update");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Learns from a batch.
     *
     * @param state where training stands
     * @param episodes at least one, all of them sound (see {@code EpisodeReader})
     * @param seed the run's seed; each update derives its own from it
     */
    public UpdateResult apply(
            TrainingState state, List<Episode> episodes, TrainingConfiguration configuration, long seed) {
        long update = state.update() + 1;
        Random random = new Random(Seeds.derive(seed, "update " + update));
        Rollout rollout = new Rollout(episodes);
        ModelPasses passes = new ModelPasses(model, workers, configuration.microBatch());

        BasePass base = BasePass.over(rollout, passes, temperatures);
        Credit credit = Credit.of(rollout, base, state.critic(), configuration.advantage());

        UpdateMetrics metrics = new UpdateMetrics(rollout, state.update());
        Map<String, AgentState> agents = new LinkedHashMap<>(state.agents());
        if (update > configuration.critic().warmup()) {
            sequentially(rollout, base, credit, new PolicyTraining(passes, configuration), agents, metrics, random);
        }

        CriticTraining.Outcome critic = new CriticTraining(configuration)
                .train(
                        state.critic(),
                        state.criticMoments(),
                        base.features(),
                        credit.values(),
                        credit.returns(),
                        random);
        metrics.critic(critic, credit);

        TrainingState next = new TrainingState(
                state.team(), state.baseModelDigest(), update, agents, critic.critic(), critic.moments());
        return new UpdateResult(next, metrics.agents(agents), metrics.whole(), rollout.tokens(), model.device());
    }

    /** Agents one by one, in random order. */
    private void sequentially(
            Rollout rollout,
            BasePass base,
            Credit credit,
            PolicyTraining training,
            Map<String, AgentState> agents,
            UpdateMetrics metrics,
            Random random) {
        SequentialCorrection correction = new SequentialCorrection(rollout);
        List<String> order = new ArrayList<>(agents.keySet());
        Collections.shuffle(order, random);
        for (String agent : order) {
            int[] own = rollout.of(agent);
            List<Decision> decisions = Minibatches.pick(rollout.decisions(), own);
            double[] advantages = Standardisation.of(Minibatches.pick(credit.advantages(), own));
            PolicyTraining.Task task = new PolicyTraining.Task(
                    temperatures.get(agent),
                    decisions,
                    correction.correct(advantages, own),
                    Minibatches.pick(base.logProbs(), own));
            PolicyTraining.Outcome outcome = training.train(agents.get(agent), task, random);
            agents.put(agent, outcome.state());
            metrics.agent(agent, own, outcome);
            if (!agent.equals(order.get(order.size() - 1))) {
                correction.include(training.clippedRatios(outcome, task), own);
            }
        }
    }

    @Override
    public void close() {
        workers.shutdown();
    }
}
