package io.marft.cli.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.cli.Main;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The table fits the commands, and the commands the table. */
class SettingsTest {

    private static List<OptionSpec> options() {
        List<OptionSpec> options = new ArrayList<>();
        collect(Main.commandLine(), options);
        return options;
    }

    private static void collect(CommandLine command, List<OptionSpec> options) {
        options.addAll(command.getCommandSpec().options());
        command.getSubcommands().values().forEach(sub -> collect(sub, options));
    }

    private static boolean isSetting(OptionSpec option) {
        return Settings.find(option.descriptionKey()).isPresent();
    }

    @Test
    void shouldBeTakenByAnOptionEach() {
        Set<String> taken = new HashSet<>();
        for (OptionSpec option : options()) {
            if (isSetting(option)) {
                Setting setting = Settings.find(option.descriptionKey()).orElseThrow();
                assertEquals(setting.option(), option.longestName(), setting.key());
                taken.add(setting.key());
            }
        }
        Settings.all().forEach(setting -> assertTrue(taken.contains(setting.key()), setting.key()));
    }

    @Test
    void shouldHaveNoDefaultAndNoTextBesideTheTable() {
        for (OptionSpec option : options()) {
            String key = option.descriptionKey();
            if (isSetting(option)) {
                assertEquals(null, option.defaultValue(), key);
            } else {
                assertTrue(
                        key == null || key.isEmpty() || key.startsWith("mixinStandardHelpOptions"),
                        () -> "no setting has the key " + key);
            }
        }
    }

    @Test
    void shouldHaveDefaultsThatKeepToTheirRules() {
        Settings.all()
                .forEach(setting -> assertTrue(setting.takes(setting.fallback().text()), setting.key()));
    }

    @Test
    void shouldGiveAVariableToOneOptionOnly() {
        Map<String, String> options = new HashMap<>();
        for (Setting setting : Settings.all()) {
            if (!setting.variable().isEmpty()) {
                String other = options.putIfAbsent(setting.variable(), setting.option());
                assertTrue(other == null || other.equals(setting.option()), setting.variable());
            }
        }
    }

    @Test
    void shouldHaveSectionsThatAreNoSettings() {
        for (Setting setting : Settings.all()) {
            String section = setting.key().substring(0, setting.key().indexOf('.'));
            assertFalse(Settings.find(section).isPresent(), section);
        }
    }
}
