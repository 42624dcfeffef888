package io.marft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.marft.schemas.client.ClientSettings;
import io.marft.schemas.topic.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalRegistryIT {

    @TempDir
    Path directory;

    @Test
    void shouldKeepSchemasOnTheBrokerAndEndAChildLeftBehind() throws Exception {
        Path distribution = Installation.find().registry();
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            LocalRegistry left = start(distribution, broker);
            left.awaitReady();
            int id;
            try (SchemaRegistryClient client = client(broker, left)) {
                id = client.register("facts-value", new AvroSchema(Topic.REWARDS.schema()));
            }
            // As after kill -9: nobody closed the first, and its pid file is there.
            try (LocalRegistry next = start(distribution, broker)) {
                assertFalse(left.alive());
                next.awaitReady();
                try (SchemaRegistryClient client = client(broker, next)) {
                    assertEquals(id, client.getId("facts-value", new AvroSchema(Topic.REWARDS.schema())));
                }
            }
            assertFalse(Files.exists(directory.resolve("registry").resolve("pid")));
        }
    }

    private LocalRegistry start(Path distribution, LocalBroker broker) {
        return LocalRegistry.start(distribution, directory.resolve("registry"), broker.bootstrapServers(), 0);
    }

    private static SchemaRegistryClient client(LocalBroker broker, LocalRegistry registry) {
        return new ClientSettings(broker.bootstrapServers(), registry.url(), "marft").registry();
    }
}
