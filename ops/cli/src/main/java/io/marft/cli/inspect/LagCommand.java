package io.marft.cli.inspect;

import io.marft.cli.options.ClusterOptions;
import io.marft.streaming.log.OpenTransaction;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows how much each service has yet to read. */
@Command(
        name = "lag",
        description = "Lists how many records each service has yet to read in each topic that it reads, and whose open "
                + "transactions hold readers up. 'up to' stands before a number of offsets, some of which are "
                + "transactions' markers and no records.",
        mixinStandardHelpOptions = true)
public final class LagCommand implements Callable<Integer> {

    private static final String ROW = "%-34s %-34s %10s %12s%n";

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        var client = cluster.client();
        PrintWriter out = spec.commandLine().getOut();
        try (Admin admin = Admin.create(client.admin())) {
            List<GroupLag> lags = GroupLag.of(client, admin);
            if (lags.isEmpty()) {
                throw new IllegalStateException("no service with prefix '" + client.prefix()
                        + "' has committed an offset on " + client.bootstrapServers()
                        + ": start one with `marft serve`");
            }
            out.printf(ROW, "SERVICE", "TOPIC", "PARTITIONS", "BEHIND");
            for (GroupLag lag : lags) {
                String behind = lag.counted() ? Long.toString(lag.behind()) : "up to " + lag.behind();
                out.printf(ROW, lag.group(), lag.topic(), lag.partitions(), behind);
            }
            OpenTransaction.lines(client, admin).forEach(out::println);
        }
        return 0;
    }
}
