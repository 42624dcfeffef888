package io.marft.cli.adapters;

import io.marft.cli.options.ClusterOptions;
import io.marft.cli.options.LogAccess;
import io.marft.cli.options.TeamOptions;
import io.marft.cli.options.TrainingOptions;
import io.marft.policy.adapter.PeftDirectory;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.streaming.connect.ClientSettings;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.publish.AdapterImport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes an adapter from outside into training. */
@Command(
        name = "import",
        description = "Makes a PEFT directory's adapter an agent's next version, as an update without inputs. Agents "
                + "that run take it at once; a trainer that runs begins again from it.",
        mixinStandardHelpOptions = true)
final class ImportAdapterCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "DIRECTORY",
            description = "Holds adapter_config.json and adapter_model.safetensors.")
    private Path directory;

    @Option(names = "--agent", paramLabel = "NAME", required = true, description = "Whose adapter it is to be.")
    private String agent;

    @Option(names = "--seed", paramLabel = "SEED", descriptionKey = "training.seed")
    private long seed;

    @Mixin
    private ClusterOptions cluster;

    @Mixin
    private TeamOptions team;

    @Mixin
    private TrainingOptions training;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PeftDirectory read = PeftDirectory.read(directory);
        Checkpoint model = Checkpoint.read(team.model());
        read.checkFits(model.digest(), model.config());
        long version = LogAccess.run(cluster, spec.commandLine().getErr(), client -> take(client, read, model));
        spec.commandLine()
                .getOut()
                .println("adapter " + read.adapter().digest() + " is version " + version + " of agent '" + agent
                        + "'; a trainer that runs goes on from it");
        return 0;
    }

    private long take(ClientSettings client, PeftDirectory read, Checkpoint model) {
        TrainerSettings settings =
                new TrainerSettings(client, team.inForce(client), training.configuration(), seed, training.threads());
        return new AdapterImport(settings, model.digest(), model.config()).run(agent, read.adapter());
    }
}
