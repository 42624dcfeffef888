package io.marft.cli.reference;

import static io.marft.cli.reference.Tables.code;

import io.marft.cli.settings.Setting;
import io.marft.trainer.configure.TrainingConfiguration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The reference of everything that can be set. */
final class SettingsPage {

    private static final String HEAD =
            """
            # Settings

            <!-- Written by ReferencePagesTest from the code. To write it anew:
                 mvn -pl ops/cli -am -Dtest=ReferencePagesTest -Dsurefire.failIfNoSpecifiedTests=false -Dmarft.write-reference test -->

            [configuration.md](../configuration.md) says how settings are given. A key's part before the dot is a section of the settings file.
            [command-line.md](command-line.md) says which command takes what, and `./marft config` what is in force. Times are a whole number and its unit: `500ms`, `90s`, `5m`, `2h`.

            """;

    private static final String FURTHER =
            """
            ## Further variables

            | variable | what it sets |
            |---|---|
            | `MARFT_CONFIG` | the settings file, as `--config` does |
            | `MARFT_KAFKA_*` | a property of Kafka's clients: `MARFT_KAFKA_SASL_MECHANISM` is `sasl.mechanism`; see [security.md](../security.md) |
            | `MARFT_SCHEMA_REGISTRY_*` | a property of the registry's client: `MARFT_SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO` is `schema.registry.basic.auth.user.info` |
            | `MARFT_JAVA_OPTIONS` | further options of the Java virtual machine; the launcher's own is `-Xmx1536m` |
            | `MARFT_CLASS_PATH` | jars with [tasks and verifiers of your own](../environments.md), separated by colons |
            | `JAVA_HOME` | the JDK that the launcher takes; without it the `java` on `PATH` |

            """;

    private SettingsPage() {}

    static String text(List<Setting> settings, TrainingConfiguration training, Javadoc javadoc) {
        StringBuilder page = new StringBuilder(HEAD);
        Map<String, List<List<String>>> sections = new LinkedHashMap<>();
        for (Setting setting : settings) {
            sections.computeIfAbsent(
                            setting.key().substring(0, setting.key().indexOf('.')), absent -> new ArrayList<>())
                    .add(row(setting));
        }
        sections.forEach((section, rows) -> page.append("## ")
                .append(section)
                .append("\n\n")
                .append(Tables.table(List.of("key", "option", "variable", "default", "takes", "what it sets"), rows)));
        page.append(FURTHER);
        page.append("## Training files\n\n")
                .append(
                        "What a training file does not name has these defaults. [marft.md](../marft.md) has the formulas.\n\n")
                .append(TrainingTable.of(training, javadoc));
        page.append("## Sampling\n\n")
                .append("What an agent's `sampling` in a team file may name.\n\n")
                .append(SamplingTable.text());
        return page.toString().stripTrailing() + "\n";
    }

    private static List<String> row(Setting setting) {
        boolean isText = setting.fallback().text().isEmpty();
        return List.of(
                code(setting.key()),
                code(setting.option()),
                code(setting.variable()),
                isText ? setting.fallback().words() : code(setting.fallback().text()),
                setting.rule().words(),
                setting.doc());
    }
}
