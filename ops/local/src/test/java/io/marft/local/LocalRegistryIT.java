package io.marft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.CatalogueException;
import io.marft.streaming.provision.TopicProvisioner;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
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

    @Test
    void shouldNeverBeTakenForUnreachableOnAccountOfARecordsSchemaId() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0);
                LocalRegistry registry = start(Installation.find().registry(), broker)) {
            registry.awaitReady();
            try (RecordCodec codec = settings(broker, registry).codec()) {
                for (int id : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 123_456}) {
                    byte[] record =
                            ByteBuffer.allocate(9).put((byte) 0).putInt(id).array();

                    Decoded<Reward> decoded = codec.decode("marft.rewards", record, Reward.class);

                    assertInstanceOf(Decoded.Invalid.class, decoded, "schema id " + id);
                }
            }
        }
    }

    @Test
    void shouldRefuseAnIncompatibleSchemaInOneLine() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0);
                LocalRegistry registry = start(Installation.find().registry(), broker)) {
            registry.awaitReady();
            ClientSettings settings = settings(broker, registry);
            TopicProvisioner provisioner = new TopicProvisioner(settings, 1, (short) 1);
            Team team = TeamFile.parse("{name: solo, agents: [{name: actor, profile: Solve., answers: true}]}", "test");
            provisioner.provision(team);
            provisioner.provision(team);
            try (SchemaRegistryClient client = settings.registry()) {
                assertEquals("FULL_TRANSITIVE", client.getCompatibility("marft.rewards-value"));
                Schema other = SchemaBuilder.record("Reward")
                        .namespace("io.marft.schemas.record")
                        .fields()
                        .requiredString("episode")
                        .endRecord();
                client.updateCompatibility("marft.rewards-value", "NONE");
                client.register("marft.rewards-value", new AvroSchema(other));
            }

            String line = assertThrows(CatalogueException.class, () -> provisioner.provision(team))
                    .getMessage();

            assertTrue(line.startsWith("schema of subject marft.rewards-value was refused by the registry"), line);
            assertTrue(line.endsWith("or use another --prefix"), line);
            assertFalse(line.contains("\n"), line);
        }
    }

    private LocalRegistry start(Path distribution, LocalBroker broker) {
        return LocalRegistry.start(distribution, directory.resolve("registry"), broker.bootstrapServers(), 0);
    }

    private static SchemaRegistryClient client(LocalBroker broker, LocalRegistry registry) {
        return settings(broker, registry).registry();
    }

    private static ClientSettings settings(LocalBroker broker, LocalRegistry registry) {
        return new ClientSettings(broker.bootstrapServers(), registry.url(), "marft");
    }
}
