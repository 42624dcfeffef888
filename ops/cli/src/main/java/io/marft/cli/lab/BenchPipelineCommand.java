package io.marft.cli.lab;

import io.marft.bench.pipeline.PipelineBench;
import io.marft.bench.pipeline.PipelinePlan;
import io.marft.bench.pipeline.PipelineReport;
import io.marft.cli.options.TeamOptions;
import io.marft.local.Installation;
import io.marft.policy.checkpoint.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the pipeline. */
@Command(
        name = "pipeline",
        description =
                "Starts a broker, a registry and the services in this process, on data of its own that are deleted at "
                        + "the end, with policies that answer at once. Measures latency from observation to answer at a fixed "
                        + "rate, then how many episodes a second close, then how many records a second the broker takes in by "
                        + "itself.",
        mixinStandardHelpOptions = true)
final class BenchPipelineCommand implements Callable<Integer> {

    @Mixin
    private TeamOptions team;

    @Option(
            names = "--rate",
            paramLabel = "EPISODES",
            defaultValue = "50",
            description = "Episodes per second while latency is measured. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(
            names = "--open",
            paramLabel = "EPISODES",
            defaultValue = "4000",
            description = "Episodes that are open while throughput is measured. Default: ${DEFAULT-VALUE}.")
    private int openEpisodes;

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to measure each of the two. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "How long each of the two runs before it is measured. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--partitions",
            paramLabel = "COUNT",
            defaultValue = "4",
            description = "Partitions of topics that are keyed by episode. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes all figures to this file, too.")
    private Optional<Path> json = Optional.empty();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PipelineReport report = new PipelineBench(plan(), BenchCommand.progress(spec)).run();
        BenchCommand.report(spec, report.text(), report.json(), json);
        return 0;
    }

    private PipelinePlan plan() {
        try {
            return new PipelinePlan(
                    Installation.find().registry(),
                    team.team(),
                    ModelConfig.read(team.model()),
                    partitions,
                    rate,
                    openEpisodes,
                    Duration.ofSeconds(warmUp),
                    Duration.ofSeconds(seconds));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
