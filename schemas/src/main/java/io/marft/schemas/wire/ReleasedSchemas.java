package io.marft.schemas.wire;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.AssemblyState;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.ScoringState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Every version of every schema that has been released: files {@code released/NAME.VERSION.avsc} beside this class,
 * versions counted from 1. The last one of each is today's; docs/schemas.md says how to add one.
 */
public final class ReleasedSchemas {

    private ReleasedSchemas() {}

    /** The records that have releases: those of topics, and those of state stores. */
    public static Set<Class<? extends SpecificRecord>> types() {
        Set<Class<? extends SpecificRecord>> types = new LinkedHashSet<>();
        for (Topic topic : Topic.values()) {
            types.add(topic.type());
        }
        types.addAll(List.of(OpenEpisode.class, ScoringState.class, AssemblyState.class));
        return types;
    }

    /** A record's released schemas, oldest first; none if it has not been released. */
    public static List<Schema> of(Class<? extends SpecificRecord> type) {
        List<Schema> schemas = new ArrayList<>();
        while (true) {
            String file = "released/" + type.getSimpleName() + "." + (schemas.size() + 1) + ".avsc";
            try (InputStream in = ReleasedSchemas.class.getResourceAsStream(file)) {
                if (in == null) {
                    return schemas;
                }
                schemas.add(new Schema.Parser().parse(in));
            } catch (IOException e) {
                throw new UncheckedIOException(file + " cannot be read", e);
            }
        }
    }
}
