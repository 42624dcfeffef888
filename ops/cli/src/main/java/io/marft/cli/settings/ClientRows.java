package io.marft.cli.settings;

import io.marft.cli.settings.Given.Origin;
import io.marft.cli.settings.InForce.Row;
import io.marft.streaming.connect.ClientProperties;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The properties of Kafka's and the registry's clients that a user gave: a file's go before variables. */
final class ClientRows {

    private ClientRows() {}

    /**
     * The properties, sorted by name.
     *
     * @param file the properties file; empty for none
     * @throws IllegalArgumentException if a property is unknown, ill-formed or not the user's to set
     */
    static List<Row> of(Map<String, String> environment, String file) {
        Map<String, Given> given = new TreeMap<>();
        ClientProperties.of(environment)
                .forEach((name, value) -> put(given, name, value, Origin.ENVIRONMENT, variable(name, environment)));
        if (!file.isBlank()) {
            ClientProperties.read(Path.of(file)).forEach((name, value) -> put(given, name, value, Origin.FILE, file));
        }
        return given.entrySet().stream()
                .map(entry -> new Row(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static void put(Map<String, Given> given, String name, String value, Origin origin, String place) {
        given.put(name, new Given(Secrets.property(name, value), origin, place));
    }

    private static String variable(String name, Map<String, String> environment) {
        String upper = "MARFT_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
        return environment.containsKey(upper) ? upper : upper.replaceFirst("MARFT_", "MARFT_KAFKA_");
    }
}
