package io.marft.cli.teams;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Teams, as they are on the log. */
@Command(
        name = "team",
        description = "Changes a team while it runs, and shows the versions that it has had.",
        mixinStandardHelpOptions = true,
        subcommands = {ApplyTeamCommand.class, ListTeamsCommand.class, ShowTeamCommand.class})
public final class TeamCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "apply, list or show is missing");
    }
}
