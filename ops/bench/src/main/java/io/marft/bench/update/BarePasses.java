package io.marft.bench.update;

import io.marft.bench.report.BenchException;
import io.marft.policy.LanguageModel;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.train.Sequence;
import io.marft.policy.train.TrainingPass;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The floor under an update: forward and backward passes of the model over the minibatches of all epochs, cut into the
 * update's micro-batches, and nothing else. There is no pass without a gradient, no objective, no optimizer, no critic;
 * and no pass waits for one before it, as an optimizer step makes it.
 */
final class BarePasses implements AutoCloseable {

    private final LanguageModel model;
    private final UpdatePlan plan;
    private final ExecutorService workers;
    private final List<Callable<Adapter>> passes = new ArrayList<>();
    private final Random random = new Random(1);
    private long sequences;

    BarePasses(LanguageModel model, UpdatePlan plan) {
        this.model = model;
        this.plan = plan;
        this.workers = Executors.newFixedThreadPool(plan.threads(), task -> {
            Thread thread = new Thread(task, "bare-passes");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Takes in one agent's decisions, for all epochs. */
    void add(List<Sequence> decisions, Adapter adapter, float temperature) {
        int parts = Math.min(plan.training().minibatches(), decisions.size());
        for (int epoch = 0; epoch < plan.training().epochs(); epoch++) {
            List<Sequence> shuffled = new ArrayList<>(decisions);
            Collections.shuffle(shuffled, random);
            for (int part = 0; part < parts; part++) {
                List<Sequence> minibatch = new ArrayList<>(
                        shuffled.subList(part * shuffled.size() / parts, (part + 1) * shuffled.size() / parts));
                minibatch.sort(Comparator.comparingInt(s -> s.prompt().length + s.action().length));
                for (int from = 0;
                        from < minibatch.size();
                        from += plan.training().microBatch()) {
                    int to = Math.min(from + plan.training().microBatch(), minibatch.size());
                    List<Sequence> microBatch = minibatch.subList(from, to);
                    passes.add(() -> pass(microBatch, adapter, temperature));
                }
            }
            sequences += shuffled.size();
        }
    }

    /** How many sequences go through the model, once for each epoch. */
    long sequences() {
        return sequences;
    }

    private Adapter pass(List<Sequence> microBatch, Adapter adapter, float temperature) {
        try (TrainingPass pass = model.train(microBatch, adapter, temperature)) {
            float[][] zeros = microBatch.stream()
                    .map(sequence -> new float[sequence.action().length])
                    .toArray(float[][]::new);
            return pass.gradient(zeros, zeros);
        }
    }

    void run() {
        try {
            for (Future<Adapter> pass : workers.invokeAll(passes)) {
                pass.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while measuring the model's passes", e);
        } catch (ExecutionException e) {
            throw new BenchException("a pass of the model failed: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public void close() {
        workers.shutdown();
    }
}
