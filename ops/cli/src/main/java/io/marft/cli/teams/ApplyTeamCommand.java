package io.marft.cli.teams;

import io.marft.cli.options.ClusterOptions;
import io.marft.cli.options.LogAccess;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.team.TeamFile;
import io.marft.streaming.provision.Provisioning;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives a team its next version. */
@Command(
        name = "apply",
        description =
                "Makes a team file the team's next version: new episodes take it, open ones finish on theirs. The "
                        + "same content again changes nothing.",
        mixinStandardHelpOptions = true)
final class ApplyTeamCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "The team's file. It need not state a version: the next free one is taken.")
    private Path file;

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Team draft = TeamFile.loadDraft(file);
        PrintWriter out = spec.commandLine().getOut();
        Provisioning.Standing standing =
                LogAccess.run(cluster, spec.commandLine().getErr(), client -> Provisioning.apply(client, draft));
        Team team = standing.team();
        String version = "version " + team.getVersion() + " of team '" + team.getName() + "'";
        if (!standing.written()) {
            out.println(version + " has this content already: nothing is changed");
            return 0;
        }
        out.println(version + " is applied: new episodes take it, open ones finish on theirs");
        List<String> greedy = team.getAgents().stream()
                .filter(agent -> agent.getSampling().getTemperature() == 0)
                .map(TeamAgent::getName)
                .toList();
        if (!greedy.isEmpty()) {
            out.println("agents " + greedy
                    + " sample at temperature 0, so a trainer passes over the episodes of this version");
        }
        return 0;
    }
}
