package io.marft.schemas.wire;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;

/**
 * Asks the registry for schemas. Where it gets none, its exception tells whose fault that is: {@link NoSchemaException}
 * the asker's, {@link RegistryRefusedException} the settings', {@link RegistryUnavailableException} nobody's here.
 */
final class SchemaLookup implements AutoCloseable {

    private final SchemaRegistryClient registry;

    /** @param registry closed with this lookup */
    SchemaLookup(SchemaRegistryClient registry) {
        this.registry = registry;
    }

    /** The schema of an id that a record of a topic begins with. */
    Schema byId(int id, String topic) throws NoSchemaException {
        ParsedSchema schema = ask(topic, "schema " + id, () -> registry.getSchemaById(id));
        if (schema instanceof AvroSchema avro) {
            return avro.rawSchema();
        }
        throw new NoSchemaException("schema " + id + " is " + schema.schemaType() + ", not Avro", null);
    }

    /** The id under which a topic's subject holds a schema. */
    int idOf(Schema schema, String topic) throws NoSchemaException {
        String subject = topic + "-value";
        String what = "subject " + subject + " with this " + schema.getName();
        return ask(topic, what, () -> registry.getId(subject, new AvroSchema(schema)));
    }

    private interface Question<T> {
        T answer() throws IOException, RestClientException;
    }

    private static <T> T ask(String topic, String what, Question<T> question) throws NoSchemaException {
        try {
            return question.answer();
        } catch (IOException | RestClientException | RuntimeException e) {
            switch (RegistryFailure.of(e)) {
                case REFUSED -> throw RegistryRefusedException.of(e);
                case DENIED -> throw new NoSchemaException(what + " is not to be had: " + OneLine.of(e), e);
                default ->
                    throw new RegistryUnavailableException("schema registry cannot be asked about topic " + topic, e);
            }
        }
    }

    @Override
    public void close() {
        try {
            registry.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
