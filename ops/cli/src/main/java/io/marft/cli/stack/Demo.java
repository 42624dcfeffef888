package io.marft.cli.stack;

import io.marft.cli.process.Progress;
import io.marft.cli.process.StopSignal;
import io.marft.environments.measure.Evaluator;
import io.marft.environments.task.Tasks;
import io.marft.local.LocalStack;
import io.marft.local.StackException;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Evaluation;
import io.marft.schemas.record.Update;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.log.LogReader;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The demonstration on a stack that serves: measure, learn for a while, measure again. Everything it reports it reads
 * from topics, so a run that goes on with the data of an earlier one has that one's untuned figure.
 */
final class Demo {

    private static final String UNTUNED = "untuned";
    private static final String TUNED = "tuned";
    private static final Duration MEASURE_TIMEOUT = Duration.ofMinutes(5);

    private final LocalStack stack;
    private final StopSignal signal;
    private final Progress progress;
    private final int problems;
    private final long seed;

    /**
     * @param problems how many held-out problems to measure; an earlier run's number goes before it
     * @param seed names the held-out problems
     */
    Demo(LocalStack stack, StopSignal signal, Progress progress, int problems, long seed) {
        this.stack = stack;
        this.signal = signal;
        this.progress = progress;
        this.problems = problems;
        this.seed = seed;
    }

    /** @param training how long to train */
    DemoReport run(Duration training) {
        Evaluation untuned = untuned();
        try (LogWatch watch = new LogWatch(stack.client())) {
            long begun = System.nanoTime();
            long tokensBefore = watch.figures().snapshot().tokens();
            train(watch, training);
            RunFigures.Snapshot trained = watch.figures().snapshot();
            double tokensPerSecond = (trained.tokens() - tokensBefore) / ((System.nanoTime() - begun) / 1e9);
            Evaluation tuned = measure(TUNED, untuned.getProblems());
            RunFigures figures = watch.finish();
            RunFigures.Snapshot all = figures.snapshot();
            return new DemoReport(
                    accuracy(untuned),
                    accuracy(tuned),
                    untuned.getProblems(),
                    all.episodes(),
                    all.updates(),
                    all.adapterVersions(),
                    tokensPerSecond,
                    figures.publishToServeMillisMedian().orElse(-1),
                    ManagementFactory.getRuntimeMXBean().getUptime() / 1e3);
        }
    }

    private void train(LogWatch watch, Duration time) {
        progress.say("training online for " + time.toSeconds() + " s while the team serves");
        stack.startTraining();
        long deadline = System.nanoTime() + time.toNanos();
        long left;
        while ((left = (deadline - System.nanoTime()) / 1_000_000) > 0) {
            signal.await(Duration.ofMillis(Math.min(left, progress.intervalMillis())));
            stack.failure().ifPresent(failure -> {
                throw new StackException(failure);
            });
            progress.state(watch.figures().snapshot().line(left / 1000));
        }
        progress.say("stopping the trainer");
        stack.stopTraining();
    }

    private Evaluation untuned() {
        Optional<Evaluation> earlier = earlierUntuned();
        earlier.ifPresent(evaluation -> progress.say(String.format(
                Locale.ROOT,
                "untuned: %.1f %% of %d held-out problems, measured by an earlier run on these data",
                100 * accuracy(evaluation),
                evaluation.getProblems())));
        return earlier.orElseGet(() -> measure(UNTUNED, problems));
    }

    private Evaluation measure(String name, int count) {
        progress.say("measuring the " + name + " team on " + count + " held-out problems");
        long[] reported = {0};
        Evaluation evaluation = new Evaluator(stack.client(), stack.team(), Tasks.named(Tasks.BUNDLED))
                .evaluate(name, count, seed, MEASURE_TIMEOUT, state -> {
                    signal.check();
                    if (System.currentTimeMillis() - reported[0] >= progress.intervalMillis()) {
                        reported[0] = System.currentTimeMillis();
                        progress.state(state.closed() + " of " + state.problems() + " answered");
                    }
                });
        progress.say(String.format(Locale.ROOT, "%s: %.1f %%", name, 100 * accuracy(evaluation)));
        return evaluation;
    }

    private static double accuracy(Evaluation evaluation) {
        return (double) evaluation.getCorrect() / evaluation.getProblems();
    }

    /** The first untuned figure of this team on the log; refuses to call a team untuned that has been trained. */
    private Optional<Evaluation> earlierUntuned() {
        String evaluations = stack.client().topics().of(Topic.EVALUATIONS);
        String updates = stack.client().topics().of(Topic.UPDATES);
        String team = stack.team().getName();
        List<Evaluation> found = new ArrayList<>();
        boolean[] trained = {false};
        try (LogReader reader = LogReader.atBeginning(stack.client(), List.of(evaluations, updates));
                RecordCodec codec = stack.client().codec()) {
            reader.readToEnd(record -> {
                if (!record.topic().equals(evaluations)) {
                    trained[0] |=
                            codec.decode(updates, record.value(), Update.class) instanceof Decoded.Valid<Update> valid
                                    && valid.value().getTeam().equals(team)
                                    && !valid.value().getAgents().isEmpty();
                } else if (codec.decode(evaluations, record.value(), Evaluation.class)
                                instanceof Decoded.Valid<Evaluation> valid
                        && valid.value().getTeam().equals(team)
                        && valid.value().getName().equals(UNTUNED)) {
                    found.add(valid.value());
                }
            });
        }
        if (trained[0] && found.isEmpty()) {
            throw new StackException("these data hold a trained team without an untuned figure to compare with: "
                    + "begin anew with --fresh, or name another --data-dir");
        }
        return found.stream().findFirst();
    }
}
