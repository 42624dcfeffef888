package io.marft.cli.inspect;

import io.marft.cli.options.ClusterOptions;
import io.marft.cli.options.DeviceOptions;
import io.marft.cli.options.LogAccess;
import io.marft.cli.options.TeamOptions;
import io.marft.cli.process.StopSignal;
import io.marft.policy.LanguageModel;
import io.marft.policy.decoder.ModelOptions;
import io.marft.streaming.connect.ClientSettings;
import io.marft.trainer.replay.Replay;
import io.marft.trainer.replay.ReplayReport;
import io.marft.trainer.replay.ReplayedUpdate;
import java.io.PrintWriter;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Rebuilds what was learned from the log alone. */
@Command(
        name = "replay",
        description = "Computes every training update again from the log and compares all digests, bit for bit.",
        mixinStandardHelpOptions = true)
public final class ReplayCommand implements Callable<Integer> {

    @Mixin
    private ClusterOptions cluster;

    @Mixin
    private TeamOptions teamOptions;

    @Mixin
    private DeviceOptions device;

    @Option(
            names = "--threads",
            defaultValue = "2",
            description = "How many micro-batches are worked on at once; changes no result. Default: 2.")
    private int threads;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (StopSignal signal = new StopSignal()) {
            return LogAccess.run(cluster, spec.commandLine().getErr(), client -> replay(client, signal));
        }
    }

    private int replay(ClientSettings client, StopSignal signal) {
        PrintWriter out = spec.commandLine().getOut();
        ReplayReport report;
        try (LanguageModel model = LanguageModel.load(teamOptions.model(), device.options(ModelOptions.Use.TRAINING))) {
            report = new Replay(client, model, teamOptions.team().getName(), threads).run(update -> {
                print(update);
                signal.check();
            });
        }
        if (report.recorded() == 0) {
            throw new IllegalStateException("the log holds no updates of team '" + report.team() + "'");
        }
        long matching =
                report.replayed().stream().filter(ReplayedUpdate::matches).count();
        out.println(matching + " of " + report.recorded() + " updates are rebuilt bit for bit");
        return report.matches() ? 0 : 1;
    }

    private void print(ReplayedUpdate update) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("update " + update.update() + " (" + update.episodes() + " episodes): "
                + (update.matches() ? new TreeMap<>(update.digests()) + " as recorded" : update.difference()));
        out.flush();
    }
}
