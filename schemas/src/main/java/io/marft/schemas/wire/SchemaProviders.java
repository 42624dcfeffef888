package io.marft.schemas.wire;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.SchemaProvider;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.rest.entities.Schema;
import java.util.List;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;

/**
 * How a registry's client reads the schemas that it is given. By itself the client reports a schema that it cannot read
 * as it reports a registry that it cannot reach, and a record of such a schema would hold up its reader for ever. These
 * throw {@link UnreadableSchemaException} in its place.
 */
public final class SchemaProviders {

    private SchemaProviders() {}

    /** Reads Avro, and refuses the other kinds of schema that registries keep. */
    public static List<SchemaProvider> avroOnly() {
        return List.of(new Avro(), new Foreign("JSON"), new Foreign("PROTOBUF"));
    }

    private static final class Avro extends AvroSchemaProvider {

        @Override
        public Optional<ParsedSchema> parseSchema(Schema schema, boolean isNew, boolean normalize) {
            if (schema.getSchema() == null) {
                throw new IllegalStateException("the answer holds no schema");
            }
            try {
                return Optional.of(parseSchemaOrElseThrow(schema, isNew, normalize));
            } catch (RuntimeException e) {
                // Schemas that this one refers to are asked for meanwhile, and may not come.
                boolean complete = schema.getReferences().isEmpty();
                if (complete || e instanceof AvroRuntimeException) {
                    throw new UnreadableSchemaException("it is no Avro that can be read", e);
                }
                throw e;
            }
        }
    }

    private static final class Foreign implements SchemaProvider {

        private final String kind;

        Foreign(String kind) {
            this.kind = kind;
        }

        @Override
        public String schemaType() {
            return kind;
        }

        @Override
        public Optional<ParsedSchema> parseSchema(Schema schema, boolean isNew, boolean normalize) {
            return Optional.of(parseSchemaOrElseThrow(schema, isNew, normalize));
        }

        @Override
        public ParsedSchema parseSchemaOrElseThrow(Schema schema, boolean isNew, boolean normalize) {
            throw new UnreadableSchemaException("it is " + kind + ", not Avro", null);
        }
    }
}
