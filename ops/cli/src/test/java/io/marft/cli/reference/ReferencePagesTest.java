package io.marft.cli.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.cli.Main;
import io.marft.cli.settings.Fallback;
import io.marft.cli.settings.Setting;
import io.marft.cli.settings.Settings;
import io.marft.trainer.configure.TrainingConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Holds the pages under docs/reference to the code; with {@code -Dmarft.write-reference} writes them anew. */
class ReferencePagesTest {

    private static final Path ROOT = Path.of("../..");
    private static final Path PAGES = ROOT.resolve("docs/reference");
    private static final String CONFIGURATION = "configuration.md";
    private static final String COMMAND_LINE = "command-line.md";
    private static final Javadoc JAVADOC = new Javadoc(ROOT);

    private static String settings(List<Setting> settings, TrainingConfiguration training) {
        return SettingsPage.text(settings, training, JAVADOC);
    }

    private static void assertIsWritten(String page, String text) throws IOException {
        Path file = PAGES.resolve(page);
        if (System.getProperty("marft.write-reference") != null) {
            Files.createDirectories(PAGES);
            Files.writeString(file, text);
        }
        assertEquals(
                text, Files.readString(file), file + " does not say what the code does: write it anew, as it says");
    }

    private static void assertDiffersFromPage(String page, String text) throws IOException {
        assertNotEquals(text, Files.readString(PAGES.resolve(page)));
    }

    @Test
    void shouldSayOfEverySettingWhatTheCodeDoes() throws IOException {
        assertIsWritten(CONFIGURATION, settings(Settings.all(), TrainingConfiguration.DEFAULT));
    }

    @Test
    void shouldSayOfEveryCommandWhatTheCodeDoes() throws IOException {
        assertIsWritten(COMMAND_LINE, CommandLinePage.text(Main.commandLine()));
    }

    @Test
    void shouldNoticeThatASettingsDefaultHasChanged() throws IOException {
        List<Setting> changed = Settings.all().stream()
                .map(setting -> setting.key().equals("environment.in-flight")
                        ? new Setting(
                                setting.key(),
                                setting.option(),
                                setting.variable(),
                                setting.rule(),
                                new Fallback("65", "65"),
                                setting.doc())
                        : setting)
                .toList();
        assertDiffersFromPage(CONFIGURATION, settings(changed, TrainingConfiguration.DEFAULT));
    }

    @Test
    void shouldNoticeThatATrainingDefaultHasChanged() throws IOException {
        assertDiffersFromPage(
                CONFIGURATION, settings(Settings.all(), TrainingConfiguration.DEFAULT.withTargetKl(0.06)));
    }

    @Test
    void shouldNoticeThatAnArgumentsDefaultHasChanged() throws IOException {
        CommandLine changed = Main.commandLine();
        CommandLine demo = changed.getSubcommands().get("demo");
        OptionSpec problems = demo.getCommandSpec().findOption("--problems");
        assertTrue(CommandLinePage.text(changed).contains("`--problems"));
        demo.getCommandSpec().remove(problems);
        demo.getCommandSpec()
                .addOption(OptionSpec.builder(problems).defaultValue("1001").build());
        assertDiffersFromPage(COMMAND_LINE, CommandLinePage.text(changed));
    }
}
