package io.marft.cli.teams;

import io.marft.cli.options.ClusterOptions;
import io.marft.cli.options.LogAccess;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamYaml;
import io.marft.streaming.log.TeamLog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows a version of a team as a file. */
@Command(
        name = "show",
        description = "Prints a version of a team, as it is on the log, in the form of a team file.",
        mixinStandardHelpOptions = true)
final class ShowTeamCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "NAME", description = "The team's name.")
    private String name;

    @Parameters(index = "1", paramLabel = "VERSION", arity = "0..1", description = "Default: the one in force.")
    private Optional<Integer> version = Optional.empty();

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Team> versions = LogAccess.run(cluster, spec.commandLine().getErr(), client -> TeamLog.read(client, name));
        if (versions.isEmpty()) {
            throw new IllegalArgumentException(
                    "team '" + name + "' is not on the log: `marft team list` shows which are");
        }
        int wanted = version.orElse(versions.get(versions.size() - 1).getVersion());
        Team team = versions.stream()
                .filter(one -> one.getVersion() == wanted)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("team '" + name + "' has no version " + wanted
                        + ", but " + versions.stream().map(Team::getVersion).toList()));
        spec.commandLine().getOut().print(TeamYaml.write(team));
        return 0;
    }
}
