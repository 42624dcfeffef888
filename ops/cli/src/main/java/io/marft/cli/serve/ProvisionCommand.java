package io.marft.cli.serve;

import io.marft.cli.options.ClusterOptions;
import io.marft.cli.options.TeamOptions;
import io.marft.schemas.record.Team;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Trouble;
import io.marft.streaming.provision.CatalogueException;
import io.marft.streaming.provision.Provisioning;
import io.marft.streaming.provision.TopicProvisioner.Change;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
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
public final class ProvisionCommand implements Callable<Integer> {

    @Mixin
    private ClusterOptions cluster;

    @Mixin
    private TeamOptions teamOptions;

    @Option(names = "--partitions", paramLabel = "COUNT", descriptionKey = "topics.partitions")
    private int partitions;

    @Option(names = "--replication", paramLabel = "COUNT", descriptionKey = "topics.replication")
    private short replication;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description =
                    "Try again for so long while cluster or registry cannot be reached. Default: ${DEFAULT-VALUE}.")
    private int wait;

    @Option(
            names = "--mend",
            description = "Give topics that are there the settings that the catalogue promises, where they keep less.")
    private boolean mend;

    @Option(
            names = "--grow",
            description = "Give topics keyed by episode, and services' state, as many partitions as --partitions says, "
                    + "while no service runs; see docs/operations.md. Mends, too.")
    private boolean grow;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        ClientSettings client = cluster.client();
        Team team = teamOptions.draft();
        Provisioning.Standing standing = provision(client, team);
        spec.commandLine()
                .getOut()
                .println("topics of team '" + team.getName() + "' are ready on " + client.bootstrapServers()
                        + (standing.written()
                                ? "; version " + standing.team().getVersion() + " of the team is written"
                                : "")
                        + (standing.differs(team)
                                ? "; version " + standing.team().getVersion()
                                        + " of the log stays in force, which is not what the file says"
                                : ""));
        return 0;
    }

    private Provisioning.Standing provision(ClientSettings client, Team team) {
        long deadline = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
        while (true) {
            try {
                return Provisioning.provision(
                        client,
                        team,
                        partitions,
                        replication,
                        grow ? Change.GROW : mend ? Change.MEND : Change.NONE,
                        spec.commandLine().getOut()::println);
            } catch (CatalogueException | KafkaException e) {
                boolean contradicts = e instanceof CatalogueException catalogue && catalogue.contradicts();
                if (System.nanoTime() - deadline >= 0 || contradicts || Trouble.of(e) instanceof Trouble.Refused) {
                    throw e;
                }
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            }
        }
    }
}
