package io.marft.cli.reference;

import static io.marft.cli.reference.Tables.code;

import io.marft.cli.settings.Settings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The reference of all commands. */
final class CommandLinePage {

    private static final String HEAD =
            """
            # Command line

            <!-- Written by ReferencePagesTest from the code. To write it anew:
                 mvn -pl ops/cli -am -Dtest=ReferencePagesTest -Dsurefire.failIfNoSpecifiedTests=false -Dmarft.write-reference test -->

            `./marft COMMAND --help` prints a command's part of this page. Options whose default has a key beside it are settings: a
            variable or a settings file can give them, too ([configuration.md](configuration.md)).

            """;

    private final StringBuilder page = new StringBuilder(HEAD);

    private CommandLinePage() {}

    static String text(CommandLine root) {
        CommandLinePage page = new CommandLinePage();
        page.page.append("Every command takes these:\n\n").append(arguments(root.getCommandSpec()));
        page.page.append("The exit status is one of these:\n\n").append(status());
        root.getSubcommands().values().forEach(page::add);
        return page.page.toString().stripTrailing() + "\n";
    }

    private static String status() {
        return Tables.table(
                List.of("status", "meaning"),
                List.of(
                        List.of("0", "done"),
                        List.of("1", "failed; one line on standard error says why"),
                        List.of(
                                "2",
                                "wrong usage: of the command line, a variable or the settings file; one line says what"),
                        List.of("3", "out of Java's memory: give it more, such as `MARFT_JAVA_OPTIONS=-Xmx4g`"),
                        List.of("130", "ended by Ctrl-C (SIGINT), in good order"),
                        List.of("143", "ended by SIGTERM, in good order, as `kill` and containers' hosts send it"),
                        List.of(
                                "137",
                                "killed: from outside, or by itself where not all ended within a minute of a signal")));
    }

    private void add(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        page.append("## ").append(spec.qualifiedName()).append("\n\n");
        page.append(String.join(" ", spec.usageMessage().description())).append("\n\n");
        if (!spec.subcommands().isEmpty()) {
            page.append("Commands: ")
                    .append(spec.subcommands().keySet().stream()
                            .map(Tables::code)
                            .collect(Collectors.joining(", ")))
                    .append(".\n\n");
        }
        page.append(arguments(spec));
        command.getSubcommands().values().forEach(this::add);
    }

    /** Positional words in their order, then options by name; without those that every command takes. */
    private static String arguments(CommandSpec spec) {
        Stream<ArgSpec> options = spec.options().stream()
                .filter(option -> !option.inherited())
                .filter(option -> spec.parent() == null || !(option.usageHelp() || option.versionHelp()))
                .sorted(Comparator.comparing(OptionSpec::longestName))
                .map(option -> option);
        List<List<String>> rows = new ArrayList<>();
        Stream.concat(spec.positionalParameters().stream(), options).forEach(argument -> rows.add(row(argument)));
        return rows.isEmpty() ? "" : Tables.table(List.of("argument", "default", "what it does"), rows);
    }

    private static List<String> row(ArgSpec argument) {
        return Settings.find(argument.descriptionKey())
                .map(setting -> List.of(
                        name(argument),
                        (setting.fallback().text().isEmpty()
                                        ? setting.fallback().words()
                                        : code(setting.fallback().text()))
                                + " (" + code(setting.key()) + ")",
                        setting.doc()))
                .orElseGet(() -> List.of(name(argument), value(argument), text(argument)));
    }

    private static String name(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return code(argument.paramLabel());
        }
        String names = String.join(", ", option.names());
        return code(option.arity().max() == 0 ? names : names + " " + option.paramLabel());
    }

    /** The description, without the default that has a column of its own. */
    private static String text(ArgSpec argument) {
        String text = String.join(" ", argument.description());
        return argument.defaultValue() == null ? text : text.replace(" Default: " + argument.defaultValue() + ".", "");
    }

    private static String value(ArgSpec argument) {
        return argument.defaultValue() == null ? "" : code(argument.defaultValue());
    }
}
