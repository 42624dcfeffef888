package io.marft.cli.inspect;

import io.marft.cli.options.ClusterOptions;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows how much each service has yet to read. */
@Command(
        name = "lag",
        description =
                "Lists how far each service is behind in each topic that it reads. It counts offsets, and a transaction's "
                        + "marker has one, too: one or two behind in a partition mean that nothing waits.",
        mixinStandardHelpOptions = true)
public final class LagCommand implements Callable<Integer> {

    private static final String ROW = "%-34s %-34s %10s %10s%n";

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        var client = cluster.client();
        List<GroupLag> lags = GroupLag.of(client);
        if (lags.isEmpty()) {
            throw new IllegalStateException("no service with prefix '" + client.prefix()
                    + "' has committed an offset on " + client.bootstrapServers() + ": start one with `marft serve`");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf(ROW, "SERVICE", "TOPIC", "PARTITIONS", "BEHIND");
        for (GroupLag lag : lags) {
            out.printf(ROW, lag.group(), lag.topic(), lag.partitions(), lag.behind());
        }
        return 0;
    }
}
