package io.marft.streaming.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class ClientSettingsTest {

    private static final ClientSettings SECURE = new ClientSettings(
            "localhost:1",
            "http://localhost:2",
            "marft",
            Map.of(
                    "security.protocol",
                    "SASL_SSL",
                    "sasl.jaas.config",
                    "module required password=\"s3cret-word\";",
                    "max.poll.interval.ms",
                    "7000",
                    "basic.auth.user.info",
                    "me:s3cret-word"));

    @Test
    void shouldGiveSecurityToEveryClient() {
        Map<String, Object> streams = SECURE.streams("router", Path.of("x"), (short) 3);
        for (Map<String, Object> client : List.of(
                SECURE.admin(),
                SECURE.reader(),
                SECURE.consumer("g"),
                SECURE.producer("c"),
                SECURE.transactionalProducer("t"),
                streams)) {
            assertEquals("SASL_SSL", client.get("security.protocol"));
            assertTrue(client.get("sasl.jaas.config").toString().contains("s3cret-word"));
            assertFalse(client.containsKey("basic.auth.user.info"));
        }
        assertEquals("7000", SECURE.consumer("g").get("max.poll.interval.ms"));
        assertNull(SECURE.producer("c").get("max.poll.interval.ms"));
    }

    @Test
    void shouldGiveSecurityToTheClientsInsideKafkaStreams() {
        StreamsConfig streams = new StreamsConfig(SECURE.streams("router", Path.of("x"), (short) 3));
        for (Map<String, Object> client : List.of(
                streams.getMainConsumerConfigs("g", "c", 0),
                streams.getRestoreConsumerConfigs("c"),
                streams.getGlobalConsumerConfigs("c"),
                streams.getProducerConfigs("c"),
                streams.getAdminConfigs("c"))) {
            assertEquals("SASL_SSL", client.get("security.protocol"));
            assertTrue(client.get("sasl.jaas.config").toString().contains("s3cret-word"));
        }
        assertEquals("7000", streams.getMainConsumerConfigs("g", "c", 0).get("max.poll.interval.ms"));
    }

    @Test
    void shouldNotShowSecrets() {
        assertFalse(SECURE.toString().contains("s3cret-word"), SECURE.toString());
        assertTrue(SECURE.toString().contains("sasl.jaas.config"), SECURE.toString());
        String line = assertThrows(
                        IllegalArgumentException.class,
                        () -> new ClientSettings("localhost:1", "http://me:s3cret-word@localhost:2", "marft"))
                .getMessage();
        assertFalse(line.contains("s3cret-word"), line);
    }
}
