package io.marft.streaming.provision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.marft.schemas.catalogue.Topic;
import io.marft.streaming.connect.ClientSettings;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchemaRegistrationTest {

    private static final String TOPIC = "marft.references";
    private static final String SUBJECT = TOPIC + "-value";

    private final ClientSettings settings = new ClientSettings("localhost:1", "mock://registration", "marft");
    private final SchemaRegistryClient registry = settings.registry();
    private final SchemaRegistration registration = new SchemaRegistration(settings, registry);

    @AfterEach
    void forget() throws Exception {
        registry.deleteSubject(SUBJECT);
        registry.deleteSubject(SUBJECT, true);
    }

    @Test
    void shouldRegisterOnceAndSetTheRule() throws Exception {
        registration.register(TOPIC, Topic.REFERENCES);
        registration.register(TOPIC, Topic.REFERENCES);

        assertEquals(List.of(1), registry.getAllVersions(SUBJECT));
        assertEquals("FULL_TRANSITIVE", registry.getCompatibility(SUBJECT));
    }

    @Test
    void shouldTakeASchemaThatDiffersByAFieldWithADefault() throws Exception {
        registry.register(SUBJECT, new AvroSchema(changed(null, true)));

        registration.register(TOPIC, Topic.REFERENCES);

        assertEquals(2, registry.getAllVersions(SUBJECT).size());
    }

    @Test
    void shouldSayInOneLineWhatIsIncompatible() throws Exception {
        registry.register(SUBJECT, new AvroSchema(changed("verifier", false)));

        String message = assertThrows(CatalogueException.class, () -> registration.register(TOPIC, Topic.REFERENCES))
                .getMessage();

        assertTrue(
                message.startsWith(
                        "schema of subject " + SUBJECT + " was refused by the registry at mock://registration"),
                message);
        assertTrue(message.contains("verifier"), message);
        assertTrue(message.endsWith("or use another --prefix"), message);
        assertFalse(message.contains("\n"), message);
        assertEquals(1, registry.getAllVersions(SUBJECT).size());
    }

    /** The reference's schema without a field, or with one more that has a default. */
    private static Schema changed(String name, boolean more) {
        Schema today = Topic.REFERENCES.schema();
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : today.getFields()) {
            if (!field.name().equals(name)) {
                fields.add(new Schema.Field(field, field.schema()));
            }
        }
        if (more) {
            fields.add(new Schema.Field("more", Schema.create(Schema.Type.INT), "One more.", 0));
        }
        return Schema.createRecord(today.getName(), today.getDoc(), today.getNamespace(), false, fields);
    }
}
