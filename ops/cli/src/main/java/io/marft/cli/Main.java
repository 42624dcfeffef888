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
import io.marft.cli.process.Logs;
import io.marft.cli.process.StopSignal;
import io.marft.cli.process.WrongUsage;
import io.marft.cli.serve.ProvisionCommand;
import io.marft.cli.serve.ServeCommand;
import io.marft.cli.settings.ConfigCommand;
import io.marft.cli.settings.HelpTexts;
import io.marft.cli.settings.Settings;
import io.marft.cli.settings.SettingsException;
import io.marft.cli.settings.SettingsSources;
import io.marft.cli.stack.AskCommand;
import io.marft.cli.stack.DemoCommand;
import io.marft.cli.stack.UpCommand;
import io.marft.cli.teams.TeamCommand;
import io.marft.local.Installation;
import io.marft.schemas.team.Spans;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line's entry: {@code marft <command>}. Exit status: 0 done, 1 failed, 2 wrong usage; a process that a signal
 * ended has the signal's.
 */
@Command(
        name = "marft",
        description = "Teams of language-model agents that learn from live traffic, on Kafka (MARFT).",
        footer = {
            "",
            "In brackets stand an option's variable, if it has one, and its key in a settings file. An option goes before "
                    + "its variable, and that before the file. `marft config` shows what is in force."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class Main implements Runnable {

    private static final int LEAST_COLUMNS = 80;
    private static final int MOST_COLUMNS = 120;

    /** What the services' distribution lacks: it has neither a broker nor benchmarks. */
    private static final Set<Class<?>> OF_A_CHECKOUT = Set.of(
            DemoCommand.class, UpCommand.class, PretrainCommand.class, BenchCommand.class, ExperimentCommand.class);

    /** In the order in which the help lists them. */
    private static final List<Class<?>> COMMANDS = List.of(
            DemoCommand.class,
            AskCommand.class,
            UpCommand.class,
            ConfigCommand.class,
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
            ServeCommand.class);

    @Option(
            names = Settings.FILE_OPTION,
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "A settings file (YAML). [" + Settings.FILE_VARIABLE + "]")
    @SuppressWarnings("UnusedVariable") // SettingsSources looks for it before picocli reads the command line.
    private String settingsFile;

    @Option(names = "--log-level", paramLabel = "LEVEL", scope = ScopeType.INHERIT, descriptionKey = "log.level")
    private String logLevel;

    @Option(names = "--log-config", paramLabel = "FILE", scope = ScopeType.INHERIT, descriptionKey = "log.config")
    private String logConfiguration;

    @Spec
    private CommandSpec spec;

    /** Runs one command and ends the process with its status. */
    public static void main(String[] arguments) {
        System.exit(execute(arguments, System.getenv(), streams -> {}));
    }

    /**
     * Runs one command.
     *
     * @param environment the variables that stand in for options
     * @param streams sets what is written to, if not the process's own streams
     * @return the exit status
     */
    public static int execute(String[] arguments, Map<String, String> environment, Consumer<CommandLine> streams) {
        CommandLine line;
        try {
            line = commandLine(SettingsSources.of(arguments, environment), called(arguments));
        } catch (SettingsException e) {
            line = commandLine();
            streams.accept(line);
            line.getErr().println("marft: " + e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        streams.accept(line);
        return line.execute(arguments);
    }

    /** Only the command that is called, which spares the others' start; all of them where there is more to say. */
    private static List<Class<?>> called(String[] arguments) {
        return COMMANDS.stream()
                .filter(command -> arguments.length > 0
                        && command != ConfigCommand.class
                        && command.getAnnotation(Command.class).name().equals(arguments[0]))
                .filter(Main::isHere)
                .findFirst()
                .<List<Class<?>>>map(List::of)
                .orElseGet(Main::all);
    }

    private static List<Class<?>> all() {
        return COMMANDS.stream().filter(Main::isHere).toList();
    }

    /** Looks for the broker only where it matters: the search goes through every library. */
    private static boolean isHere(Class<?> command) {
        return !OF_A_CHECKOUT.contains(command) || Installation.whole();
    }

    /** All commands, with the defaults of their options: for reference pages and tests. */
    public static CommandLine commandLine() {
        return commandLine(SettingsSources.none(), all());
    }

    private static CommandLine commandLine(SettingsSources sources, List<Class<?>> commands) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        commands.forEach(line::addSubcommand);
        if (line.getSubcommands().containsKey("config")) {
            // What follows a command's name is that command's.
            line.getSubcommands().get("config").setStopAtPositional(true);
        }
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Duration.class, text -> Spans.parse(text).orElseThrow())
                .setUsageHelpWidth(
                        Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, Integer.getInteger("marft.columns", 0))))
                .setResourceBundle(new HelpTexts())
                .setDefaultValueProvider(sources)
                .setExecutionStrategy(result -> main.run(result, sources))
                .setParameterExceptionHandler(Main::wrongUsage)
                .setExecutionExceptionHandler(Main::failed);
    }

    /** Checks what a command was given, before anything is started, and runs it. */
    private int run(ParseResult result, SettingsSources sources) {
        boolean levelAsked = sources.inEnvironment("log.level");
        for (ParseResult one = result; one != null; one = one.hasSubcommand() ? one.subcommand() : null) {
            if (one.isUsageHelpRequested() || one.isVersionHelpRequested()) {
                return new CommandLine.RunLast().execute(result);
            }
            SettingsSources.check(one);
            levelAsked |= one.hasMatchedOption("--log-level");
        }
        try {
            Logs.begin(logLevel, levelAsked, logConfiguration);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        return new CommandLine.RunLast().execute(result);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int wrongUsage(CommandLine.ParameterException e, String[] arguments) {
        e.getCommandLine().getErr().println("marft: " + WrongUsage.line(e));
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult result) {
        if (e instanceof StopSignal.Stopped) {
            return CommandLine.ExitCode.OK; // The process is ending, with the signal's status.
        }
        LoggerFactory.getLogger(Main.class).atError().setCause(e).log("Command failed");
        Failures.lines(e).forEach(line -> command.getErr().println("marft: " + line));
        return CommandLine.ExitCode.SOFTWARE;
    }
}
