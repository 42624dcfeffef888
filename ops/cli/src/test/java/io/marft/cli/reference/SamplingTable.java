package io.marft.cli.reference;

import static io.marft.cli.reference.Tables.code;

import io.marft.schemas.record.Sampling;
import io.marft.schemas.team.TeamFile;
import java.util.List;
import org.apache.avro.Schema;

/** The keys of a team file's {@code sampling}: texts from the record's schema, defaults from a file that names none. */
final class SamplingTable {

    private SamplingTable() {}

    static String text() {
        Sampling defaults = TeamFile.parse("name: any\nagents: [{name: one, answers: true}]", "an example")
                .getAgents()
                .get(0)
                .getSampling();
        List<List<String>> rows = Sampling.getClassSchema().getFields().stream()
                .map(field -> List.of(code(field.name()), value(defaults, field), field.doc()))
                .toList();
        return Tables.table(List.of("key", "default", "what it sets"), rows);
    }

    private static String value(Sampling defaults, Schema.Field field) {
        Object value = defaults.get(field.pos());
        return value instanceof List<?> list && list.isEmpty() ? "none" : code(value.toString());
    }
}
