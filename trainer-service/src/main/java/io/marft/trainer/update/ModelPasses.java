package io.marft.trainer.update;

import io.marft.policy.LanguageModel;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import io.marft.policy.train.TrainingPass;
import io.marft.trainer.objective.ActionTerm;
import io.marft.trainer.objective.Level;
import io.marft.trainer.objective.PolicyDiagnostics;
import io.marft.trainer.objective.PolicyObjective;
import io.marft.trainer.state.AgentState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * The model's passes over many sequences: cut into micro-batches of similar length, which several threads work on at
 * once. Results are put together in the order of the micro-batches, never in that of their completion, so they are the
 * same bit for bit whatever the number of threads.
 */
final class ModelPasses {

    private final LanguageModel model;
    private final ExecutorService workers;
    private final int microBatch;
    private final AtomicLong sequences = new AtomicLong();

    ModelPasses(LanguageModel model, ExecutorService workers, int microBatch) {
        this.model = model;
        this.workers = workers;
        this.microBatch = microBatch;
    }

    /**
     * The policy objective of a minibatch and its gradient.
     *
     * @param gradient by every LoRA weight, in the adapter's canonical order
     * @param diagnostics sums over the minibatch's units
     */
    record Gradient(float[] gradient, PolicyDiagnostics diagnostics) {}

    /** How many sequences went through the model so far, each as often as it did. */
    long sequences() {
        return sequences.get();
    }

    /** Log-probabilities, entropies and features of each sequence, without a gradient; in the order given. */
    List<Score> score(List<Sequence> sequences, Adapter adapter, float temperature, Score.States states) {
        List<int[]> pieces = pieces(sequences);
        List<List<Score>> scored = inOrder(pieces.stream()
                .<Callable<List<Score>>>map(
                        piece -> () -> model.score(Minibatches.pick(sequences, piece), adapter, temperature, states))
                .toList());
        Score[] scores = new Score[sequences.size()];
        for (int p = 0; p < pieces.size(); p++) {
            for (int i = 0; i < pieces.get(p).length; i++) {
                scores[pieces.get(p)[i]] = scored.get(p).get(i);
            }
        }
        return Arrays.asList(scores);
    }

    /** The objective's gradient over one minibatch, accumulated over its micro-batches. */
    Gradient gradient(
            List<Sequence> sequences,
            List<ActionTerm> terms,
            Adapter adapter,
            float temperature,
            PolicyObjective objective,
            Level level) {
        int units = PolicyObjective.units(level, terms);
        List<Gradient> parts = inOrder(pieces(sequences).stream()
                .<Callable<Gradient>>map(piece -> () -> {
                    List<Sequence> part = Minibatches.pick(sequences, piece);
                    try (TrainingPass pass = model.train(part, adapter, temperature)) {
                        PolicyObjective.Slope slope = objective.evaluate(
                                level, Minibatches.pick(terms, piece), pass.logProbs(), pass.entropies(), units);
                        float[] gradient = AgentState.flat(pass.gradient(slope.byLogProb(), slope.byEntropy()));
                        return new Gradient(gradient, slope.diagnostics());
                    }
                })
                .toList());
        float[] sum = new float[parts.get(0).gradient().length];
        PolicyDiagnostics diagnostics = PolicyDiagnostics.NONE;
        for (Gradient part : parts) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += part.gradient()[i];
            }
            diagnostics = diagnostics.plus(part.diagnostics());
        }
        return new Gradient(sum, diagnostics);
    }

    /** Indices by length, ties in the order given, cut into micro-batches; every pass begins with them. */
    private List<int[]> pieces(List<Sequence> sequences) {
        this.sequences.addAndGet(sequences.size());
        int[] byLength = IntStream.range(0, sequences.size())
                .boxed()
                .sorted(Comparator.comparingInt(
                        i -> sequences.get(i).prompt().length + sequences.get(i).action().length))
                .mapToInt(Integer::intValue)
                .toArray();
        List<int[]> pieces = new ArrayList<>();
        for (int from = 0; from < byLength.length; from += microBatch) {
            pieces.add(Arrays.copyOfRange(byLength, from, Math.min(from + microBatch, byLength.length)));
        }
        return pieces;
    }

    /** @throws CancellationException if the workers were shut down; passes that were under way are awaited */
    private <T> List<T> inOrder(List<Callable<T>> tasks) {
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future :
                    workers.invokeAll(tasks.stream().map(this::unlessShutDown).toList())) {
                results.add(future.get());
            }
            return results;
        } catch (RejectedExecutionException e) {
            awaitPasses();
            throw givenUp();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in mid-update", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CancellationException) {
                throw givenUp();
            }
            throw new IllegalStateException("a pass of the model failed: " + e.getCause(), e.getCause());
        }
    }

    private void awaitPasses() {
        try {
            var unused = workers.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <T> Callable<T> unlessShutDown(Callable<T> task) {
        return () -> {
            requireWanted();
            return task.call();
        };
    }

    /** @throws CancellationException if the workers were shut down */
    void requireWanted() {
        if (workers.isShutdown()) {
            throw givenUp();
        }
    }

    private static CancellationException givenUp() {
        return new CancellationException("the update is given up");
    }
}
