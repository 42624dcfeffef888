package io.marft.cli.lab;

import io.marft.bench.policy.Peer;
import io.marft.bench.policy.Plan;
import io.marft.bench.policy.PolicyBench;
import io.marft.bench.policy.Report;
import io.marft.bench.policy.Workload;
import io.marft.bench.report.Phase;
import io.marft.local.Installation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the language model. */
@Command(
        name = "policy",
        description =
                "Measures a checkpoint with LoRA: tokens per second and memory of decoding, of decoding with mixed "
                        + "adapters, and of training, each in a process of its own.",
        mixinStandardHelpOptions = true)
final class BenchPolicyCommand implements Callable<Integer> {

    private static final int MIB = 20;

    /** What may be asked for. */
    enum What {
        DECODE,
        MIXED,
        TRAIN,
        ALL;

        List<Phase> phases(int batch) {
            return switch (this) {
                case DECODE -> List.of(Phase.DECODE);
                case MIXED -> List.of(Phase.MIXED);
                case TRAIN -> List.of(Phase.TRAIN);
                case ALL -> batch < 2 ? List.of(Phase.DECODE, Phase.TRAIN) : List.of(Phase.values());
            };
        }
    }

    @Option(names = "--model", paramLabel = "DIRECTORY", descriptionKey = "model.directory")
    private String model;

    @Option(
            names = "--what",
            paramLabel = "PHASE",
            defaultValue = "all",
            description = "decode, mixed (half of the batch with another adapter, turn about with one adapter), train, "
                    + "or all. Default: ${DEFAULT-VALUE}.")
    private What what;

    @Option(
            names = "--batch",
            paramLabel = "COUNT",
            defaultValue = "32",
            description = "Sequences. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--prompt-tokens",
            paramLabel = "COUNT",
            defaultValue = "60",
            description = "Length of each prompt, in random tokens. Default: ${DEFAULT-VALUE}.")
    private int promptTokens;

    @Option(
            names = "--common-tokens",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "With how many same tokens all prompts begin. Default: ${DEFAULT-VALUE}.")
    private int commonTokens;

    @Option(
            names = "--new-tokens",
            paramLabel = "COUNT",
            defaultValue = "40",
            description = "Tokens to draw for each prompt, and of each action in training. Default: ${DEFAULT-VALUE}.")
    private int newTokens;

    @Option(
            names = "--lora-rank",
            paramLabel = "R",
            defaultValue = "8",
            description = "Rank. Default: ${DEFAULT-VALUE}.")
    private int loraRank;

    @Option(
            names = "--lora-targets",
            paramLabel = "NAMES",
            split = ",",
            defaultValue = "q_proj,v_proj",
            description = "The linear maps that LoRA changes. Default: ${DEFAULT-VALUE}.")
    private List<String> loraTargets;

    @Option(names = "--device", paramLabel = "DEVICE", descriptionKey = "model.device")
    private String device;

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "Processors to use, by the peer, too; 0 for all. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--cache-memory",
            paramLabel = "MIB",
            defaultValue = "1024",
            description = "Memory for keys and values; what does not fit waits. Default: ${DEFAULT-VALUE}.")
    private long cacheMemory;

    @Option(
            names = "--graph-memory",
            paramLabel = "MIB",
            defaultValue = "3072",
            description =
                    "The largest graph that training keeps; a larger one is computed again. Default: ${DEFAULT-VALUE}.")
    private long graphMemory;

    @Option(
            names = "--repeat",
            paramLabel = "COUNT",
            defaultValue = "5",
            description = "Repetitions to take the median of. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "Repeats for so long, and at least twice, before what counts. Default: ${DEFAULT-VALUE}.")
    private double warmUp;

    @Option(
            names = "--peer",
            paramLabel = "COMMAND",
            description = "Measures this program, too, after each repetition, and prints the ratio, such as "
                    + "\"python ops/bench/peers/policy.py\". It loads and warms up anew each time.")
    private Optional<String> peer = Optional.empty();

    @Option(names = "--json", paramLabel = "FILE", description = "Writes all figures to this file, too.")
    private Optional<Path> json = Optional.empty();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Report report = bench().run();
        BenchCommand.report(spec, report.text(), report.json(), json);
        return 0;
    }

    private PolicyBench bench() {
        Path directory = model.isBlank() ? Installation.find().model() : Path.of(model);
        try {
            Workload workload = new Workload(batch, promptTokens, commonTokens, newTokens, loraRank, loraTargets);
            int all = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
            Plan plan = new Plan(
                    directory.toString(), device, all, cacheMemory << MIB, graphMemory << MIB, warmUp, workload);
            return new PolicyBench(plan, what.phases(batch), repeat, peer.map(Peer::new), BenchCommand.progress(spec));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
