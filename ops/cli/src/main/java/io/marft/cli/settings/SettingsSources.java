package io.marft.cli.settings;

import io.marft.cli.settings.Given.Origin;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Where settings come from beside the command line: the environment, then a settings file, then the table's defaults.
 * picocli asks it for each option that the command line does not give. Immutable.
 */
public final class SettingsSources implements IDefaultValueProvider {

    private final Map<String, String> environment;
    private final Map<String, Given> file;

    private SettingsSources(Map<String, String> environment, Map<String, Given> file) {
        this.environment = Map.copyOf(environment);
        this.file = Map.copyOf(file);
    }

    /** No source but the defaults. */
    public static SettingsSources none() {
        return new SettingsSources(Map.of(), Map.of());
    }

    /**
     * The sources of one call.
     *
     * @param arguments the whole command line; of it only {@code --config} matters here
     * @param environment the process's variables; a blank one counts as missing
     * @throws SettingsException if there is a settings file, and it cannot be used
     */
    public static SettingsSources of(String[] arguments, Map<String, String> environment) {
        String named = named(arguments, environment.getOrDefault(Settings.FILE_VARIABLE, ""));
        return new SettingsSources(environment, named.isBlank() ? Map.of() : SettingsFile.read(Path.of(named)));
    }

    /** The settings file's name: looked for before picocli reads the command line, which needs what the file says. */
    private static String named(String[] arguments, String otherwise) {
        String found = otherwise;
        for (int i = 0; i < arguments.length && !arguments[i].equals("--"); i++) {
            if (arguments[i].startsWith(Settings.FILE_OPTION + "=")) {
                found = arguments[i].substring(Settings.FILE_OPTION.length() + 1);
            } else if (arguments[i].equals(Settings.FILE_OPTION) && i + 1 < arguments.length) {
                found = arguments[i + 1];
            }
        }
        return found;
    }

    /** What is in force for a setting where the command line does not give it. */
    Given find(Setting setting) {
        String variable = setting.variable().isEmpty() ? "" : environment.getOrDefault(setting.variable(), "");
        if (!variable.isBlank()) {
            return new Given(variable.strip(), Origin.ENVIRONMENT, setting.variable());
        }
        Given line = file.get(setting.key());
        return line != null && !line.text().isEmpty() ? line : Given.fallback(setting);
    }

    /** Whether the environment gives a setting. */
    public boolean inEnvironment(String key) {
        return Settings.find(key)
                .map(this::find)
                .filter(given -> given.origin() == Origin.ENVIRONMENT)
                .isPresent();
    }

    /** The process's variables, sorted. */
    Map<String, String> environment() {
        return new TreeMap<>(environment);
    }

    @Override
    public String defaultValue(ArgSpec argument) {
        Setting setting = Settings.find(argument.descriptionKey()).orElse(null);
        if (setting == null) {
            return null; // An argument of this one call; it has a default of its own.
        }
        Given given = find(setting);
        if (!setting.takes(given.text())) {
            throw new ParameterException(
                    argument.command().commandLine(), setting.refusal(given.place(), given.text()));
        }
        if (given.text().isEmpty() && argument.typeInfo().isOptional()) {
            return null;
        }
        return given.text().replace("${", "$${"); // picocli would put variables in.
    }

    /**
     * Checks what the command line itself gives.
     *
     * @throws ParameterException if a setting does not take its text
     */
    public static void check(ParseResult command) {
        for (OptionSpec option : command.matchedOptions()) {
            Settings.find(option.descriptionKey())
                    .ifPresent(setting -> option.originalStringValues().forEach(text -> {
                        if (!setting.takes(text)) {
                            throw new ParameterException(
                                    option.command().commandLine(), setting.refusal(setting.option(), text));
                        }
                    }));
        }
    }
}
