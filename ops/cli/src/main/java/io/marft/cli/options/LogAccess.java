package io.marft.cli.options;

import io.marft.cli.process.Logs;
import io.marft.cli.process.StopSignal;
import io.marft.local.Installation;
import io.marft.local.ListenPorts;
import io.marft.local.LocalCluster;
import io.marft.local.RunningStack;
import io.marft.streaming.connect.ClientSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Function;

/** Reaches a log, whether its cluster runs or not. */
public final class LogAccess {

    private LogAccess() {}

    /**
     * Works on the cluster that is named, or on the local stack that runs, or else on a cluster that is started for the
     * time being on the data directory's log.
     *
     * @param progress told what is being started
     * @throws StopSignal.Stopped if the user asks to stop while it starts
     * @throws io.marft.local.StackException if no cluster is named and the data directory holds no log
     */
    public static <T> T run(ClusterOptions cluster, PrintWriter progress, Function<ClientSettings, T> work) {
        Path directory = cluster.dataDirectory();
        if (cluster.named() || RunningStack.find(directory).isPresent()) {
            return work.apply(cluster.client());
        }
        LocalCluster.requireData(directory);
        LocalCluster.prepare(directory);
        Logs.toFile(directory);
        progress.println("starting the broker and the schema registry");
        progress.flush();
        try (StopSignal signal = new StopSignal(); // Or the registry would outlive this process.
                LocalCluster local = LocalCluster.start(Installation.find().registry(), directory, ListenPorts.FREE)) {
            local.awaitReady();
            signal.check();
            return work.apply(local.client());
        }
    }
}
