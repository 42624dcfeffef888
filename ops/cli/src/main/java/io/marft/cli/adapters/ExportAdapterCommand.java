package io.marft.cli.adapters;

import io.marft.cli.options.ClusterOptions;
import io.marft.cli.options.LogAccess;
import io.marft.cli.options.TeamOptions;
import io.marft.policy.adapter.PeftDirectory;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogRecords;
import io.marft.trainer.publish.AdapterLog;
import io.marft.trainer.publish.LoggedAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes an adapter as PEFT keeps it. */
@Command(name = "export", description = "Writes an agent's adapter from the log as a PEFT directory.")
final class ExportAdapterCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "DIRECTORY", description = "Where to write; made if it is missing.")
    private Path directory;

    @Option(names = "--agent", paramLabel = "NAME", required = true, description = "Whose adapter.")
    private String agent;

    @Option(names = "--version", paramLabel = "N", description = "Which version. Default: the newest.")
    private Long version;

    @Option(
            names = "--base-model",
            paramLabel = "NAME",
            defaultValue = "",
            description = "What adapter_config.json is to call the base model, such as Qwen/Qwen3-0.6B. "
                    + "Default: the directory of --model, which must be the adapter's.")
    private String baseModel;

    @Mixin
    private ClusterOptions cluster;

    @Mixin
    private TeamOptions team;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help and exits.")
    @SuppressWarnings("UnusedVariable") // Read by picocli; its own mixin would take --version.
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        requireEmpty();
        OptionalLong wanted = version == null ? OptionalLong.empty() : OptionalLong.of(version);
        LoggedAdapter found = LogAccess.run(cluster, spec.commandLine().getErr(), client -> find(client, wanted));
        String digest = found.manifest().getBaseModelDigest();
        new PeftDirectory(directory, found.adapter(), baseModel.isEmpty() ? modelOf(digest) : baseModel, digest)
                .write();
        spec.commandLine()
                .getOut()
                .println("wrote adapter version " + found.manifest().getVersion() + " of agent '" + agent + "', "
                        + found.manifest().getDigest() + ", to " + directory);
        return 0;
    }

    private void requireEmpty() throws IOException {
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                if (files.findAny().isPresent()) {
                    throw new IllegalArgumentException("directory " + directory + " is not empty: name a new one");
                }
            }
        }
    }

    private LoggedAdapter find(ClientSettings client, OptionalLong wanted) {
        try (LogRecords log = new LogRecords(client)) {
            AdapterLog adapters =
                    new AdapterLog(log, client.topics(), team.team().getName());
            return wanted.isPresent() ? adapters.version(agent, wanted.getAsLong()) : adapters.newest(agent);
        }
    }

    private String modelOf(String digest) {
        Path model = team.model().toAbsolutePath().normalize();
        String got = Checkpoint.read(model).digest();
        if (!got.equals(digest)) {
            throw new IllegalArgumentException("adapter belongs to base model " + digest + ", but model " + model
                    + " is " + got + ": give --model or --base-model");
        }
        return model.toString();
    }
}
