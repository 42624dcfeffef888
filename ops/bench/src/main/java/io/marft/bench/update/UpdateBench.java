package io.marft.bench.update;

import io.marft.bench.report.BenchException;
import io.marft.bench.report.Machine;
import io.marft.bench.report.Spent;
import io.marft.policy.LanguageModel;
import io.marft.policy.train.Sequence;
import io.marft.schemas.record.TeamAgent;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.configure.Schedule;
import io.marft.trainer.state.TrainingState;
import io.marft.trainer.update.MarftUpdate;
import io.marft.trainer.update.UpdateResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures a MARFT update: all repetitions start from the same state and learn from the same episodes, and between two of
 * them the model's passes alone have a turn ({@link BarePasses}), so that what else a busy machine does hits both alike.
 *
 * <p>The trust region is lifted: agents go through every epoch, however far their policies move. The critic's warm-up is
 * over.
 */
public final class UpdateBench {

    private static final long SEED = 1;

    private final UpdatePlan plan;
    private final Consumer<String> progress;

    /** @param progress told what is being done */
    public UpdateBench(UpdatePlan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Plays, then measures.
     *
     * @throws BenchException if nothing can be measured
     */
    public UpdateReport run() {
        try (LanguageModel model = LanguageModel.load(plan.model(), plan.options());
                MarftUpdate update = new MarftUpdate(model, plan.threads());
                BarePasses bare = new BarePasses(model, plan)) {
            progress.accept("playing " + plan.episodes() + " episodes …");
            List<Episode> episodes = BenchEpisodes.play(plan, model);
            TrainingState state = start(model);

            progress.accept("warming up …");
            UpdateResult warm = update.apply(state, episodes, plan.training(), SEED);
            Map<String, List<Sequence>> trained = trained(warm, episodes);
            trained.forEach((agent, decisions) ->
                    bare.add(decisions, state.agents().get(agent).adapter(), temperature(agent)));
            requireWhole(warm, trained, bare.sequences());
            bare.run();

            progress.accept("measuring " + plan.repetitions() + " updates …");
            List<UpdateReport.Turn> turns = new ArrayList<>();
            for (int i = 0; i < plan.repetitions(); i++) {
                List<UpdateResult> results = new ArrayList<>();
                Spent spent = Spent.on(() -> results.add(update.apply(state, episodes, plan.training(), SEED)));
                turns.add(new UpdateReport.Turn(spent, results.get(0).phases(), Spent.on(bare::run)));
            }
            int decisions = episodes.stream()
                    .mapToInt(episode -> episode.decisions().size())
                    .sum();
            UpdateReport.Batch batch = new UpdateReport.Batch(episodes.size(), decisions, warm.tokens());
            return new UpdateReport(Machine.here(), plan, model.device(), batch, turns, bare.sequences());
        }
    }

    private TrainingState start(LanguageModel model) {
        TrainingState initial =
                TrainingState.initial(model.digest(), model.config(), plan.team(), plan.training(), SEED);
        return new TrainingState(
                initial.team(),
                initial.baseModelDigest(),
                plan.training().critic().warmup(),
                initial.agents(),
                initial.critics());
    }

    /** The agents that an update trained, in their order, each with its decisions. */
    private static Map<String, List<Sequence>> trained(UpdateResult result, List<Episode> episodes) {
        Map<String, List<Sequence>> trained = new LinkedHashMap<>();
        for (UpdateResult.AgentResult agent : result.agents()) {
            if (!agent.metrics().isEmpty()) {
                trained.put(
                        agent.agent(),
                        episodes.stream()
                                .flatMap(episode -> episode.decisions().stream())
                                .filter(decision -> decision.agent().equals(agent.agent()))
                                .map(Decision::sequence)
                                .toList());
            }
        }
        return trained;
    }

    private float temperature(String agent) {
        return plan.team().getAgents().stream()
                .filter(declared -> declared.getName().equals(agent))
                .map((TeamAgent declared) -> declared.getSampling().getTemperature())
                .findFirst()
                .orElseThrow();
    }

    /**
     * An agent stops early where its objective is no longer finite; then less would be measured than was asked for. Beside
     * its minibatches an agent's decisions go through the model once before its turn and, if a later agent's advantages
     * are to be corrected, once after it.
     */
    private void requireWhole(UpdateResult result, Map<String, List<Sequence>> trained, long minibatches) {
        List<Integer> decisions = trained.values().stream().map(List::size).toList();
        boolean sequential = plan.training().schedule().kind() == Schedule.Kind.SEQUENTIAL;
        int corrected = sequential ? decisions.size() - 1 : 0;
        long expected = minibatches
                + decisions.stream().mapToInt(Integer::intValue).sum()
                + decisions.stream()
                        .limit(corrected)
                        .mapToInt(Integer::intValue)
                        .sum();
        long went = result.phases().stream()
                .filter(phase -> phase.name().equals("policy"))
                .mapToLong(UpdateResult.Phase::sequences)
                .sum();
        if (went != expected) {
            throw new BenchException("the update put " + went + " of " + expected
                    + " sequences through the model: an agent's objective is no longer finite: lower learningRate");
        }
    }
}
