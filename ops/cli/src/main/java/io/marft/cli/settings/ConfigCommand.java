package io.marft.cli.settings;

import io.marft.cli.process.Nearest;
import io.marft.cli.settings.Given.Origin;
import io.marft.cli.settings.InForce.Row;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Shows what is in force. It starts nothing and asks no cluster. */
@Command(
        name = "config",
        description = "Prints every setting that is in force and where it came from: the command line, a variable, the "
                + "settings file with its line, or the default. Secrets are hidden. With a command, what that command "
                + "would take: marft config serve agents --in-flight 8.",
        mixinStandardHelpOptions = true)
public final class ConfigCommand implements Callable<Integer> {

    @Option(names = "--json", description = "Print JSON. Give it before the command.")
    private boolean json;

    @Parameters(
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "A command and its options. Without it all settings are printed.")
    private List<String> words = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        boolean asJson = json; // Reading the words of another call may set it anew.
        SettingsSources sources = (SettingsSources) spec.defaultValueProvider();
        InForce inForce = words.isEmpty() ? ofAll(sources) : ofCommand(sources);
        PrintWriter out = spec.commandLine().getOut();
        if (asJson) {
            out.println(inForce.json().toPrettyString());
        } else {
            out.print(inForce.text());
        }
        out.flush();
        Variables.unknown(sources.environment().keySet())
                .forEach(line -> spec.commandLine().getErr().println("marft: " + line));
        return 0;
    }

    private InForce ofAll(SettingsSources sources) {
        Map<String, Given> given = new LinkedHashMap<>();
        ParseResult here = spec.commandLine().getParseResult();
        for (Setting setting : Settings.all()) {
            OptionSpec option = here.matchedOption(setting.option());
            given.put(setting.key(), option == null ? sources.find(setting) : onCommandLine(option));
        }
        return inForce(given, sources);
    }

    private InForce ofCommand(SettingsSources sources) {
        ParseResult parsed = parse();
        Map<String, Given> keyed = new LinkedHashMap<>();
        Map<String, Given> others = new LinkedHashMap<>();
        Map<String, OptionSpec> taken = new LinkedHashMap<>();
        List<OptionSpec> options = parsed.commandSpec().options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .toList();
        for (OptionSpec option : options) {
            if (Settings.find(option.descriptionKey()).isPresent()) {
                taken.put(option.descriptionKey(), option);
            } else if (parsed.hasMatchedOption(option)) {
                others.put(option.longestName(), onCommandLine(option));
            } else if (option.defaultValue() != null) {
                others.put(option.longestName(), new Given(option.defaultValue(), Origin.DEFAULT, ""));
            }
        }
        for (Setting setting : Settings.all()) {
            OptionSpec option = taken.get(setting.key());
            if (option != null) {
                keyed.put(
                        setting.key(), parsed.hasMatchedOption(option) ? onCommandLine(option) : sources.find(setting));
            }
        }
        keyed.putAll(others);
        return inForce(keyed, sources);
    }

    /** The command that the words name, read as it would be if it were called. Only positional words may be missing. */
    private ParseResult parse() {
        CommandLine command = spec.parent().commandLine().getSubcommands().get(words.get(0));
        if (command == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "unknown command '" + words.get(0) + "'"
                            + Nearest.question(
                                    words.get(0), spec.parent().subcommands().keySet()));
        }
        collectErrors(command);
        ParseResult parsed = command.parseArgs(words.subList(1, words.size()).toArray(String[]::new));
        while (true) {
            for (Exception error : parsed.errors()) {
                if (!(error instanceof MissingParameterException)) {
                    throw new ParameterException(spec.commandLine(), error.getMessage(), error);
                }
            }
            SettingsSources.check(parsed);
            if (!parsed.hasSubcommand()) {
                return parsed;
            }
            parsed = parsed.subcommand();
        }
    }

    private static void collectErrors(CommandLine command) {
        command.getCommandSpec().parser().collectErrors(true);
        command.getSubcommands().values().forEach(ConfigCommand::collectErrors);
    }

    private static Given onCommandLine(OptionSpec option) {
        String text = option.arity().max() == 0 ? "true" : String.join(",", option.originalStringValues());
        return new Given(text, Origin.COMMAND_LINE, option.longestName());
    }

    private static InForce inForce(Map<String, Given> given, SettingsSources sources) {
        List<Row> settings = new ArrayList<>();
        given.forEach((name, one) ->
                settings.add(new Row(name, new Given(Secrets.url(one.text()), one.origin(), one.place()))));
        List<Row> properties = given.containsKey("cluster.client-config")
                ? ClientRows.of(
                        sources.environment(),
                        given.get("cluster.client-config").text())
                : List.of();
        List<Row> training = given.containsKey("training.file")
                ? TrainingRows.of(
                        given.get("training.file").text(),
                        given.getOrDefault("training.learning-rate", new Given("", Origin.DEFAULT, "")))
                : List.of();
        return new InForce(settings, properties, training);
    }
}
