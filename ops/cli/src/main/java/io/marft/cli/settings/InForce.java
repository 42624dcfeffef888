package io.marft.cli.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.cli.settings.Given.Origin;
import java.util.List;
import java.util.Locale;

/**
 * What is in force for one call.
 *
 * @param settings of the table, and the call's other options
 * @param properties of the clients of Kafka and of the registry
 * @param training what the training file comes to, defaults included
 */
record InForce(List<Row> settings, List<Row> properties, List<Row> training) {

    /**
     * One value.
     *
     * @param name a setting's key, an option, a client's property, or a key of a training file
     * @param given its text, fit to be shown, and where it came from
     */
    record Row(String name, Given given) {

        private ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("name", name);
            json.put("value", given.text().isEmpty() ? null : given.text());
            json.put("source", given.origin().name().toLowerCase(Locale.ROOT).replace('_', ' '));
            if (given.origin() != Origin.DEFAULT) {
                json.put("place", given.place());
            }
            return json;
        }
    }

    /** A table for a person. */
    String text() {
        int names = width(0, "SETTING");
        int values = width(1, "VALUE");
        String format = "%-" + names + "s  %-" + values + "s  %s%n";
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, format, "SETTING", "VALUE", "FROM"));
        append(text, format, settings);
        if (!properties.isEmpty()) {
            text.append(System.lineSeparator()).append("clients' properties").append(System.lineSeparator());
            append(text, format, properties);
        }
        if (!training.isEmpty()) {
            text.append(System.lineSeparator()).append("training").append(System.lineSeparator());
            append(text, format, training);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String format, List<Row> rows) {
        rows.forEach(row -> text.append(String.format(
                Locale.ROOT, format, row.name(), shown(row), row.given().from())));
    }

    /** The text, or the words of a default that has none. */
    private static String shown(Row row) {
        return row.given().text().isEmpty()
                ? Settings.find(row.name())
                        .map(setting -> "(" + setting.fallback().words() + ")")
                        .orElse("-")
                : row.given().text();
    }

    private int width(int column, String title) {
        return List.of(settings, properties, training).stream()
                .flatMap(List::stream)
                .mapToInt(row -> (column == 0 ? row.name() : shown(row)).length())
                .reduce(title.length(), Math::max);
    }

    JsonNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("settings", array(settings));
        json.set("clientProperties", array(properties));
        json.set("training", array(training));
        return json;
    }

    private static ArrayNode array(List<Row> rows) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        rows.forEach(row -> array.add(row.json()));
        return array;
    }
}
