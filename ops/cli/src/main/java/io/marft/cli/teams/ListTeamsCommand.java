package io.marft.cli.teams;

import io.marft.cli.options.ClusterOptions;
import io.marft.cli.options.LogAccess;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists all versions of all teams. */
@Command(
        name = "list",
        description = "Lists the versions of all teams on the log; the highest of a team is in force.",
        mixinStandardHelpOptions = true)
final class ListTeamsCommand implements Callable<Integer> {

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        SortedMap<String, SortedMap<Integer, Team>> teams =
                LogAccess.run(cluster, spec.commandLine().getErr(), ListTeamsCommand::read);
        String format = "%-24s %7s  %-24s %s%n";
        spec.commandLine().getOut().printf(format, "TEAM", "VERSION", "APPLIED", "AGENTS");
        teams.values().stream().flatMap(versions -> versions.values().stream()).forEach(team -> spec.commandLine()
                .getOut()
                .printf(format, team.getName(), team.getVersion(), team.getCreatedAt(), agents(team)));
        return 0;
    }

    /** By name and version; of two records of one version the first counts. */
    private static SortedMap<String, SortedMap<Integer, Team>> read(ClientSettings client) {
        String topic = client.topics().of(Topic.TEAMS);
        SortedMap<String, SortedMap<Integer, Team>> teams = new TreeMap<>();
        try (LogReader reader = LogReader.atBeginning(client, List.of(topic));
                RecordCodec codec = client.codec()) {
            reader.readToEnd(record -> {
                if (codec.decode(topic, record.value(), Team.class) instanceof Decoded.Valid<Team> valid) {
                    teams.computeIfAbsent(valid.value().getName(), absent -> new TreeMap<>())
                            .putIfAbsent(valid.value().getVersion(), valid.value());
                }
            });
        }
        return teams;
    }

    private static String agents(Team team) {
        return team.getAgents().stream().map(TeamAgent::getName).collect(Collectors.joining(", "));
    }
}
