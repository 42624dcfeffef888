package io.marft.experiment.run;

import io.marft.actor.adapters.VersionedAdapter;
import io.marft.environments.task.Task;
import io.marft.experiment.declare.ExperimentException;
import io.marft.experiment.game.Arena;
import io.marft.experiment.game.Problems;
import io.marft.policy.LanguageModel;
import io.marft.schemas.catalogue.Metric;
import io.marft.schemas.record.Trajectory;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.batch.EpisodeReader;
import io.marft.trainer.batch.Reading;
import io.marft.trainer.state.Seeds;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import io.marft.trainer.update.MarftUpdate;
import io.marft.trainer.update.UpdateResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run of an experiment: play a batch, learn from it, play the next one with what was learned, until the agents have
 * generated as many tokens as the budget allows; then measure. Measurements do not count against the budget.
 *
 * <p>A pure function of its plan and the base model, whatever the number of threads and wherever it was interrupted: a
 * checkpoint holds all that is carried from one batch to the next.
 */
public final class Run {

    /** Everything random in a run follows from its seed, by purpose: runs of a seed share problems and sampling. */
    private static final String LEARNING = "learning";

    private final RunPlan plan;
    private final LanguageModel model;
    private final RunObserver observer;
    private final Problems problems;
    private final Arena arena;
    private long since = System.nanoTime();

    /** @param model loaded with one thread, for this run alone; not closed by it */
    public Run(RunPlan plan, Task task, LanguageModel model, RunObserver observer) {
        this.plan = plan;
        this.model = model;
        this.observer = observer;
        this.problems = new Problems(task, plan.team(), plan.key());
        this.arena = new Arena(model, plan.team());
    }

    /**
     * Runs it to its end.
     *
     * @param from where to go on
     * @param threads how many micro-batches of an update are worked on at once
     * @throws StoppedException if the observer said so
     */
    public RunResult execute(Optional<RunCheckpoint> from, int threads) {
        TrainingState initial = TrainingState.initial(
                model.digest(), model.config(), plan.team(), plan.algorithm().configuration(), learningSeed());
        if (!plan.algorithm().trains()) {
            return finish(initial, RunState.BEGIN);
        }
        TrainingState learned =
                from.map(checkpoint -> StateBytes.read(checkpoint.learned())).orElse(initial);
        RunState state = from.map(RunCheckpoint::state).orElse(RunState.BEGIN);
        try (MarftUpdate update = new MarftUpdate(model, threads)) {
            EpisodeReader reader = reader(plan, model);
            if (state.curve().isEmpty()) {
                state = measure(learned, state);
            }
            while (state.tokens() < plan.tokens()) {
                observer.check();
                double begun = now();
                Arena.Played played = arena.play(
                        problems.training(
                                state.episodes(),
                                plan.algorithm().configuration().batchEpisodes()),
                        served(learned));
                List<Episode> episodes = usable(played, reader, learned.update());
                UpdateResult result =
                        update.apply(learned, episodes, plan.algorithm().configuration(), learningSeed());
                learned = result.state();
                int count = played.episodes().size();
                state = state.updated(
                        played.tokens(),
                        count,
                        count - episodes.size(),
                        result.metrics().get(Metric.EPISODIC_RETURN.key()));
                observer.trained(played.tokens(), now() - begun);
                if (state.curve().size() < due(state.tokens())) {
                    state = measure(learned, state);
                }
            }
        }
        return finish(learned, state);
    }

    /** How trajectories are read for learning; refuses a team that cannot be trained. */
    public static EpisodeReader reader(RunPlan plan, LanguageModel model) {
        return new EpisodeReader(plan.team(), model);
    }

    private long learningSeed() {
        return Seeds.derive(plan.key().seed(), LEARNING);
    }

    private List<Episode> usable(Arena.Played played, EpisodeReader reader, long version) {
        List<Episode> episodes = new ArrayList<>();
        for (Optional<Trajectory> trajectory : played.episodes()) {
            if (trajectory.isEmpty()) {
                continue;
            }
            Reading reading = reader.read(trajectory.get(), version, 0);
            if (reading instanceof Reading.Usable usable) {
                episodes.add(usable.episode());
            } else if (!(reading instanceof Reading.Dropped)) {
                throw new IllegalStateException(
                        "run " + plan.key() + ": a trajectory cannot be learned from: " + reading);
            }
        }
        if (episodes.isEmpty()) {
            throw new ExperimentException("run " + plan.key() + ": no episode of a batch came to its end: team '"
                    + plan.team().getName() + "' writes more than the model's context of " + model.maxLength()
                    + " tokens holds: lower maxNewTokens");
        }
        return episodes;
    }

    /** How many points a curve has once so many tokens were generated. */
    private int due(long tokens) {
        long points = plan.evaluation().points();
        return 1 + (int) Math.min(points, Math.multiplyExact(tokens, points) / plan.tokens());
    }

    private RunState measure(TrainingState learned, RunState state) {
        double accuracy = accuracy(learned, plan.evaluation().curve());
        Point point = new Point(state.tokens(), learned.update(), accuracy);
        RunState measured = elapsed(
                state.measured(point, due(state.tokens()) - state.curve().size()));
        observer.reached(new RunCheckpoint(plan.definition(), measured, StateBytes.write(learned)));
        return measured;
    }

    private RunResult finish(TrainingState learned, RunState state) {
        double accuracy = accuracy(learned, plan.evaluation().problems());
        Map<String, String> adapters = new LinkedHashMap<>();
        served(learned).forEach((agent, served) -> adapters.put(agent, served.digest()));
        Map<String, String> definition = plan.definition();
        return new RunResult(
                plan.key().team(),
                plan.key().algorithm(),
                plan.key().seed(),
                RunPlan.digest(definition),
                definition,
                accuracy,
                learned.update(),
                elapsed(state),
                learned.update() == 0 ? Map.of() : adapters);
    }

    private double accuracy(TrainingState learned, int count) {
        Map<String, VersionedAdapter> adapters = served(learned);
        int right = 0;
        for (int from = 0; from < count; from += Problems.BATCH) {
            observer.check();
            double begun = now();
            int size = Math.min(Problems.BATCH, count - from);
            right += arena.play(problems.heldOut(from, size), adapters).right();
            observer.evaluated(size, now() - begun);
        }
        double accuracy = (double) right / count;
        observer.measured(accuracy);
        return accuracy;
    }

    /** As in the running system, version 0 is the base model without an adapter. */
    private static Map<String, VersionedAdapter> served(TrainingState learned) {
        Map<String, VersionedAdapter> served = new LinkedHashMap<>();
        learned.agents()
                .forEach((agent, state) -> served.put(
                        agent,
                        learned.update() == 0
                                ? VersionedAdapter.base()
                                : new VersionedAdapter(
                                        learned.update(), state.adapter().digest(), state.adapter())));
        return served;
    }

    private RunState elapsed(RunState state) {
        long now = System.nanoTime();
        double seconds = (now - since) / 1e9;
        since = now;
        return state.after(seconds);
    }

    private static double now() {
        return System.nanoTime() / 1e9;
    }
}
