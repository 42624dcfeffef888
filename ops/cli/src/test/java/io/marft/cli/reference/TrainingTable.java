package io.marft.cli.reference;

import static io.marft.cli.reference.Tables.code;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The keys of a training file, with defaults from a configuration and texts from the records' Javadoc. */
final class TrainingTable {

    private final Javadoc javadoc;
    private final List<List<String>> rows = new ArrayList<>();

    private TrainingTable(Javadoc javadoc) {
        this.javadoc = javadoc;
    }

    static String of(TrainingConfiguration defaults, Javadoc javadoc) {
        try {
            TrainingTable table = new TrainingTable(javadoc);
            table.add("", TrainingConfiguration.class, new YAMLMapper().readTree(TrainingFile.yaml(defaults)));
            return Tables.table(List.of("key", "default", "takes", "what it sets"), table.rows);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private void add(String prefix, Class<?> record, JsonNode defaults) {
        for (RecordComponent component : record.getRecordComponents()) {
            JsonNode value = defaults.path(component.getName());
            String key = prefix + component.getName();
            if (component.getType().isRecord()) {
                add(key + ".", component.getType(), value);
            } else {
                rows.add(List.of(
                        code(key),
                        code(text(value)),
                        takes(component.getType()),
                        javadoc.component(record, component.getName())));
            }
        }
    }

    private static String text(JsonNode value) {
        if (value.isNumber()) {
            return value.decimalValue().stripTrailingZeros().toPlainString();
        }
        return value.isValueNode()
                ? value.asText()
                : value.toString().replace("\"", "").replace(",", ", ");
    }

    private static String takes(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(TrainingTable::written)
                    .map(Tables::code)
                    .collect(Collectors.joining(", "));
        }
        return type == int.class ? "whole number" : List.class.isAssignableFrom(type) ? "list" : "number";
    }

    private static String written(Object constant) {
        return new YAMLMapper().valueToTree(constant).asText();
    }
}
