package io.marft.cli.lab;

import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.pretrain.Pretrainer;
import io.marft.policy.token.CharacterTokenizer;
import io.marft.policy.token.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the bundled model from scratch. */
@Command(
        name = "pretrain",
        description = "Trains the bundled model from scratch on imperfect demonstrations of the bundled task.",
        mixinStandardHelpOptions = true)
public final class PretrainCommand implements Callable<Integer> {

    /** Without influence on the digest. */
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    private static final long PROGRESS_NANOS = 5_000_000_000L;

    private static final String GENERATION_CONFIG =
            """
            {
              "do_sample" : true,
              "temperature" : 1.0,
              "max_new_tokens" : 40,
              "eos_token_id" : 1,
              "pad_token_id" : 0
            }
            """;

    @Option(
            names = "--out",
            paramLabel = "DIRECTORY",
            description = "Directory to write the model to. Default: ${DEFAULT-VALUE}.",
            defaultValue = ".marft/pretrained")
    private Path out;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "Seed of the first weights and of the demonstrations. Default: ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private long seed;

    @Option(
            names = "--steps",
            paramLabel = "COUNT",
            description = "Optimizer steps of " + BundledModel.BATCH + " demonstrations. Default: ${DEFAULT-VALUE}.",
            defaultValue = "3800")
    private int steps;

    @Spec
    private CommandSpec spec;

    private long started;
    private long reported;
    private double loss = Double.NaN;

    @Override
    public Integer call() {
        CharacterTokenizer.write(out);
        try (Tokenizer tokenizer = new Tokenizer(out.resolve("tokenizer.json"))) {
            BundledModel model = new BundledModel(seed, tokenizer::encode);
            started = System.nanoTime();
            new Pretrainer(BundledModel.config(), BundledModel.schedule(steps), seed, THREADS)
                    .run(model::batch, out, this::report);
        }
        writeGenerationConfig();
        print("wrote %s in %.0f s, %s", out, seconds(), Checkpoint.read(out).digest());
        return 0;
    }

    private void report(int step, float now) {
        loss = Double.isNaN(loss) ? now : 0.98 * loss + 0.02 * now;
        if (System.nanoTime() - reported > PROGRESS_NANOS || step == steps - 1) {
            reported = System.nanoTime();
            print("step %d of %d, loss %.4f, %.0f s", step + 1, steps, loss, seconds());
        }
    }

    private void writeGenerationConfig() {
        try {
            Files.writeString(out.resolve("generation_config.json"), GENERATION_CONFIG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    private void print(String format, Object... values) {
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(String.format(Locale.ROOT, format, values));
        writer.flush();
    }
}
