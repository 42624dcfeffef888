package io.marft.bench.policy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.bench.report.Memory;
import io.marft.bench.report.MemoryWatch;
import io.marft.bench.report.Phase;
import io.marft.bench.report.Turn;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.CheckpointException;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.SafeTensors;
import io.marft.policy.decoder.Decoder;
import io.marft.policy.decoder.ModelOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The measuring process: loads the model, then does one repetition for each phase that is named on standard input, and at
 * its end says what memory it came to need. It answers in lines of JSON: {@link Loaded}, a {@link Turn} for each, and
 * {@link Memory}; or, if it fails, {@link Failure}.
 *
 * <p>A phase is warmed up when it is first named, and before each repetition that counts goes one that does not.
 */
final class Worker {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Plan plan;
    private final BufferedReader in;
    private final PrintStream out;
    private final MemoryWatch memory = MemoryWatch.start();

    /** @param failure why the process ends, in one line */
    record Failure(String failure) {}

    private Worker(Plan plan, BufferedReader in, PrintStream out) {
        this.plan = plan;
        this.in = in;
        this.out = out;
    }

    /**
     * Runs the process.
     *
     * @param arguments the {@link Plan} as JSON and the {@link ModelOptions.Use}
     */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err); // Whatever else is printed is no answer.
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            Plan plan = JSON.readValue(arguments[0], Plan.class);
            new Worker(plan, in, answers).run(ModelOptions.Use.valueOf(arguments[1]));
        } catch (RuntimeException e) {
            e.printStackTrace();
            Throwable telling = e;
            while (telling.getCause() != null
                    && !(telling instanceof IllegalArgumentException || telling instanceof CheckpointException)) {
                telling = telling.getCause();
            }
            String message = telling.getMessage() == null ? telling.toString() : telling.getMessage();
            answers.println(JSON.writeValueAsString(new Failure(message.strip().replaceAll("\\s*\\R\\s*", "; "))));
            System.exit(1);
        }
    }

    private void run(ModelOptions.Use use) throws IOException {
        long before = memory.anonymous();
        Checkpoint checkpoint = Checkpoint.read(Path.of(plan.model()));
        requireRoom(checkpoint.config());
        try (Decoder decoder = new Decoder(checkpoint, plan.options(use))) {
            long after = memory.anonymous();
            answer(new Loaded(
                    decoder.device(),
                    checkpoint.dtype().torchName(),
                    checkpoint.ordered().stream()
                            .mapToLong(SafeTensors.View::size)
                            .sum(),
                    before,
                    after,
                    memory.peaks().anonymousPeak()));
            serve(repetitions(use, decoder, checkpoint.config()));
        }
        answer(memory.peaks());
    }

    private void requireRoom(ModelConfig model) {
        int needed = plan.workload().promptTokens() + plan.workload().newTokens();
        if (needed > model.maxPositions()) {
            throw new IllegalArgumentException(
                    "prompt-tokens=" + plan.workload().promptTokens() + " and new-tokens="
                            + plan.workload().newTokens() + " exceed the " + model.maxPositions()
                            + " positions of model " + plan.model() + ": lower one");
        }
    }

    private Map<Phase, Repetition> repetitions(ModelOptions.Use use, Decoder decoder, ModelConfig model) {
        RandomInputs inputs = new RandomInputs(model, plan.workload());
        Map<Phase, Repetition> repetitions = new EnumMap<>(Phase.class);
        if (use.trains()) {
            repetitions.put(Phase.TRAIN, new Training(decoder, plan.workload(), inputs));
        } else {
            Adapter adapter = inputs.adapter();
            repetitions.put(Phase.DECODE, new Decoding(decoder, plan.workload(), inputs, List.of(adapter)));
            repetitions.put(
                    Phase.MIXED, new Decoding(decoder, plan.workload(), inputs, List.of(adapter, inputs.adapter())));
        }
        return repetitions;
    }

    private void serve(Map<Phase, Repetition> repetitions) throws IOException {
        Map<Phase, Repetition> warm = new EnumMap<>(Phase.class);
        String line;
        while ((line = in.readLine()) != null) {
            Phase phase = Phase.valueOf(line);
            Repetition repetition = warm.computeIfAbsent(phase, cold -> warmedUp(repetitions.get(cold)));
            // Its rival had its turn since: caches are cold, as those of the peer, which warms up each time, are not.
            repetition.run();
            answer(repetition.measure(plan.workload().counted(phase), plan.threads()));
        }
    }

    private Repetition warmedUp(Repetition repetition) {
        long end = System.nanoTime() + (long) (plan.warmUpSeconds() * 1e9);
        repetition.run();
        do {
            repetition.run();
        } while (System.nanoTime() < end);
        return repetition;
    }

    private void answer(Object value) throws IOException {
        out.println(JSON.writeValueAsString(value));
        out.flush();
    }
}
