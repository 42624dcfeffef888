package io.marft.cli;

import io.marft.cli.adapters.AdaptersCommand;
import io.marft.cli.inspect.LagCommand;
import io.marft.cli.inspect.ReplayCommand;
import io.marft.cli.inspect.TailCommand;
import io.marft.cli.inspect.TopicsCommand;
import io.marft.cli.lab.BenchCommand;
import io.marft.cli.lab.ExperimentCommand;
import io.marft.cli.lab.PretrainCommand;
import io.marft.cli.letters.DeadLettersCommand;
import io.marft.cli.process.Failures;
import io.marft.cli.process.StopSignal;
import io.marft.cli.serve.ProvisionCommand;
import io.marft.cli.serve.ServeCommand;
import io.marft.cli.stack.AskCommand;
import io.marft.cli.stack.DemoCommand;
import io.marft.cli.stack.UpCommand;
import io.marft.cli.teams.TeamCommand;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line's entry: {@code marft <command>}. Exit status: 0 done, 1 failed, 2 wrong usage. */
@Command(
        name = "marft",
        description = "Teams of language-model agents that learn from live traffic, on Kafka (MARFT).",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            DemoCommand.class,
            AskCommand.class,
            UpCommand.class,
            TopicsCommand.class,
            LagCommand.class,
            TailCommand.class,
            DeadLettersCommand.class,
            ReplayCommand.class,
            AdaptersCommand.class,
            PretrainCommand.class,
            BenchCommand.class,
            ExperimentCommand.class,
            ProvisionCommand.class,
            TeamCommand.class,
            ServeCommand.class,
        })
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    /** Runs one command and ends the process with its status. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    public static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Main::wrongUsage)
                .setExecutionExceptionHandler(Main::failed);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int wrongUsage(CommandLine.ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        command.getErr()
                .println("marft: " + e.getMessage() + "; see `"
                        + command.getCommandSpec().qualifiedName() + " --help`");
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult result) {
        if (e instanceof StopSignal.Stopped) {
            return CommandLine.ExitCode.OK; // The process is ending, with the signal's status.
        }
        LoggerFactory.getLogger(Main.class).atError().setCause(e).log("Command failed");
        command.getErr().println("marft: " + Failures.line(e));
        return CommandLine.ExitCode.SOFTWARE;
    }
}
