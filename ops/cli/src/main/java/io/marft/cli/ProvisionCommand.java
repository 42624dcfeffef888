package io.marft.cli;

import io.marft.local.Provisioning;
import io.marft.schemas.client.ClientSettings;
import io.marft.schemas.record.Team;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prepares a cluster for a team. */
@Command(
        name = "provision",
        description = "Creates and checks a team's topics, registers their schemas and writes the team's definition. "
                + "Running it again changes nothing.",
        mixinStandardHelpOptions = true)
final class ProvisionCommand implements Callable<Integer> {

    @Mixin
    private ClusterOptions cluster;

    @Mixin
    private TeamOptions teamOptions;

    @Option(
            names = "--partitions",
            defaultValue = "${MARFT_PARTITIONS:-4}",
            description = "Partitions of topics keyed by episode. Default: MARFT_PARTITIONS, or else 4.")
    private int partitions;

    @Option(
            names = "--replication",
            defaultValue = "${MARFT_REPLICATION:-1}",
            description = "Replication factor of new topics. Default: MARFT_REPLICATION, or else 1.")
    private short replication;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        ClientSettings client = cluster.client();
        Team team = teamOptions.team();
        boolean written = Provisioning.provision(client, team, partitions, replication);
        spec.commandLine()
                .getOut()
                .println("topics of team '" + team.getName() + "' are ready on " + client.bootstrapServers()
                        + (written ? "; version " + team.getVersion() + " of the team is written" : ""));
        return 0;
    }
}
