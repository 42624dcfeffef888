package io.marft.experiment;

import io.marft.environments.task.Task;
import io.marft.experiment.Meter.Work;
import io.marft.experiment.declare.Experiment;
import io.marft.experiment.declare.ExperimentException;
import io.marft.experiment.declare.RunKey;
import io.marft.experiment.result.Results;
import io.marft.experiment.result.ResultsFolder;
import io.marft.experiment.run.Run;
import io.marft.experiment.run.RunPlan;
import io.marft.experiment.run.RunResult;
import io.marft.experiment.run.StoppedException;
import io.marft.policy.LanguageModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Works an experiment off: the runs that the results folder does not have yet, some at a time. Each worker has a language
 * model of its own, because what else is in a model's batch changes how log-probabilities are rounded.
 *
 * <p>{@link #run} belongs to one thread; {@link #status} and {@link #stop} are for any.
 */
public final class ExperimentRunner {

    private final Experiment experiment;
    private final Task task;
    private final ResultsFolder folder;
    private final Supplier<LanguageModel> models;
    private final int threads;
    private final Meter meter = new Meter();
    private final Map<RunKey, RunResult> finished = new LinkedHashMap<>();
    private final Map<RunKey, RunStatus> waiting = new LinkedHashMap<>();
    private final Map<RunKey, RunStatus> active = new LinkedHashMap<>();
    private volatile boolean stopped;
    private volatile int parallel = 1;

    /**
     * A runner.
     *
     * @param models loads the base model, with one thread; whoever asked closes it
     * @param threads how many micro-batches of an update each run works on at once; changes no result
     */
    public ExperimentRunner(
            Experiment experiment, Task task, ResultsFolder folder, Supplier<LanguageModel> models, int threads) {
        this.experiment = experiment;
        this.task = task;
        this.folder = folder;
        this.models = models;
        this.threads = threads;
    }

    /**
     * Does all that is left to do, and writes table, curves and JSON after every run.
     *
     * @param atOnce how many runs to work on at once
     * @param done told of each run that this call finishes, on some thread
     * @throws ExperimentException if the folder has runs that were defined otherwise, or a team cannot be trained
     * @throws StoppedException if {@link #stop} was called before the end
     */
    public Results run(int atOnce, Consumer<RunResult> done) {
        parallel = atOnce;
        try (LanguageModel first = models.get()) {
            List<RunPlan> left = plan(first);
            List<LanguageModel> more = new ArrayList<>();
            try {
                while (more.size() + 1 < Math.min(atOnce, left.size())) {
                    more.add(models.get());
                }
                List<LanguageModel> all = new ArrayList<>(more);
                all.add(0, first);
                work(left, all, done);
            } finally {
                more.forEach(LanguageModel::close);
            }
        }
        return results();
    }

    /** Sorts runs into finished ones and others, and refuses those that cannot be run before any is begun. */
    private List<RunPlan> plan(LanguageModel model) {
        List<RunPlan> left = new ArrayList<>();
        for (RunKey key : experiment.runs()) {
            RunPlan plan = RunPlan.of(experiment, key, task.name(), model.digest());
            Optional<RunResult> result = folder.finished(plan);
            synchronized (this) {
                result.ifPresent(run -> finished.put(key, run));
            }
            if (result.isEmpty()) {
                requireTrainable(plan, model);
                RunStatus status = new RunStatus(plan, folder, meter, () -> stopped);
                folder.checkpoint(plan).ifPresent(checkpoint -> status.resumed(checkpoint.state()));
                synchronized (this) {
                    waiting.put(key, status);
                }
                left.add(plan);
            }
        }
        folder.write(results());
        return left;
    }

    private static void requireTrainable(RunPlan plan, LanguageModel model) {
        if (plan.algorithm().trains()) {
            try {
                Run.reader(plan, model);
            } catch (IllegalArgumentException e) {
                throw new ExperimentException("run " + plan.key() + ": " + e.getMessage(), e);
            }
        }
    }

    private void work(List<RunPlan> left, List<LanguageModel> workers, Consumer<RunResult> done) {
        List<RunPlan> queue = new ArrayList<>(left);
        ExecutorService pool = Executors.newFixedThreadPool(workers.size());
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (LanguageModel model : workers) {
                futures.add(pool.submit(() -> workOff(queue, model, done)));
            }
            await(futures);
        } finally {
            pool.shutdown();
        }
    }

    private void workOff(List<RunPlan> queue, LanguageModel model, Consumer<RunResult> done) {
        try {
            while (true) {
                RunPlan plan;
                synchronized (queue) {
                    if (queue.isEmpty()) {
                        return;
                    }
                    plan = queue.remove(0);
                }
                finish(execute(plan, model), done);
            }
        } catch (RuntimeException | Error e) {
            stop(); // The others need not go on for a failure.
            throw e;
        }
    }

    private RunResult execute(RunPlan plan, LanguageModel model) {
        RunStatus status;
        synchronized (this) {
            status = waiting.remove(plan.key());
            active.put(plan.key(), status);
        }
        return new Run(plan, task, model, status).execute(folder.checkpoint(plan), threads);
    }

    private synchronized void finish(RunResult result, Consumer<RunResult> done) {
        folder.finish(result);
        active.remove(result.key());
        finished.put(result.key(), result);
        folder.write(results());
        done.accept(result);
    }

    /** Waits for all; the failure that made the others stop goes before their having stopped. */
    private static void await(List<Future<?>> futures) {
        RuntimeException worst = null;
        for (Future<?> future : futures) {
            try {
                future.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoppedException();
            } catch (ExecutionException e) {
                RuntimeException failure = e.getCause() instanceof RuntimeException cause
                        ? cause
                        : new IllegalStateException(e.getCause());
                worst = worst == null || worst instanceof StoppedException ? failure : worst;
            }
        }
        if (worst != null) {
            throw worst;
        }
    }

    private synchronized Results results() {
        return new Results(experiment, List.copyOf(finished.values()));
    }

    /** Lets runs end at the next good place; {@link #run} then throws. */
    public void stop() {
        stopped = true;
    }

    /** How far it is. */
    public synchronized RunnerStatus status() {
        Work left = Work.NONE;
        for (Map<RunKey, RunStatus> some : List.of(waiting, active)) {
            for (RunStatus status : some.values()) {
                left = left.plus(status.left());
            }
        }
        int together = Math.max(1, Math.min(parallel, waiting.size() + active.size()));
        return new RunnerStatus(
                finished.size(),
                experiment.runs().size(),
                active.values().stream().map(RunStatus::snapshot).toList(),
                meter.estimate(left, together));
    }
}
