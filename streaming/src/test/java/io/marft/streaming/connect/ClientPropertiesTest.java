package io.marft.streaming.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPropertiesTest {

    private static final String SECRET = "s3cret-word";

    @TempDir
    Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("client.properties"), text);
    }

    private String refusal(String text) throws IOException {
        Path file = file(text);
        String line = assertThrows(IllegalArgumentException.class, () -> ClientProperties.read(file))
                .getMessage();
        assertTrue(line.startsWith(file + ": "), line);
        assertEquals(1, line.lines().count(), line);
        assertFalse(line.contains(SECRET), line);
        return line;
    }

    @Test
    void shouldReadWhatKafkasToolsRead() throws IOException {
        Map<String, String> read = ClientProperties.read(
                file(
                        """
                # as for --command-config
                security.protocol=SASL_SSL
                sasl.mechanism: PLAIN
                sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
                    username="router" password="x";
                ssl.endpoint.identification.algorithm=
                schema.registry.basic.auth.user.info=router:x
                """));
        assertEquals("SASL_SSL", read.get("security.protocol"));
        assertEquals(
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"router\" password=\"x\";",
                read.get("sasl.jaas.config"));
        assertEquals("", read.get("ssl.endpoint.identification.algorithm"));
        assertEquals("router:x", read.get("schema.registry.basic.auth.user.info"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "isolation.level=read_uncommitted",
                "enable.idempotence=false",
                "acks=1",
                "transactional.id=x",
                "group.id=x",
                "enable.auto.commit=true",
                "auto.offset.reset=latest",
                "processing.guarantee=at_least_once",
                "value.serializer=x",
                "key.deserializer=x",
                "partitioner.class=x",
                "bootstrap.servers=elsewhere:9092",
                "schema.registry.url=http://elsewhere"
            })
    void shouldRefuseWhatTheGuaranteesRestOn(String line) throws IOException {
        String key = line.substring(0, line.indexOf('='));
        assertTrue(refusal(line).contains("setting '" + key + "' is not to be set here: "), refusal(line));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ClientSettings("localhost:1", "mock://x", "marft", Map.of(key, "x")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sasl.mechanisms=s3cret-word | unknown setting 'sasl.mechanisms'",
                "schema.registry.basic.auth.password=s3cret-word | unknown setting 'schema.registry.basic.auth.password'",
                "security.protocol=s3cret-word | setting 'security.protocol' has a value that it does not take",
                "request.timeout.ms=s3cret-word | expected: INT",
                "schema.registry.http.read.timeout.ms=s3cret-word | expected: INT",
                "sasl.login.class=s3cret-word | expected: CLASS",
                "sasl.jaas.config=\\us3cret-word | is not a properties file"
            })
    void shouldNameTheKeyAndNotTheValue(String text, String reason) throws IOException {
        assertTrue(refusal(text).contains(reason), refusal(text));
    }

    @Test
    void shouldSayThatThereIsNoFile() {
        Path missing = directory.resolve("missing.properties");
        assertEquals(
                missing + ": cannot be read (NoSuchFileException): name a properties file",
                assertThrows(IllegalArgumentException.class, () -> ClientProperties.read(missing))
                        .getMessage());
    }

    @Test
    void shouldTakeSinglePropertiesFromTheEnvironment() {
        Map<String, String> read = ClientProperties.of(Map.of(
                "MARFT_KAFKA_SECURITY_PROTOCOL", "SASL_SSL",
                "MARFT_SCHEMA_REGISTRY_SSL_TRUSTSTORE_LOCATION", "/x",
                "MARFT_KAFKA_SASL_MECHANISM", "",
                "MARFT_KAFKA_SERVICE_HOST", "10.0.0.1",
                "MARFT_KAFKA_PORT_9092_TCP_ADDR", "10.0.0.1",
                "MARFT_PREFIX", "marft",
                "PATH", "/bin"));
        assertEquals(Map.of("security.protocol", "SASL_SSL", "schema.registry.ssl.truststore.location", "/x"), read);
    }

    @Test
    void shouldNameTheVariableThatIsWrong() {
        String line = assertThrows(
                        IllegalArgumentException.class,
                        () -> ClientProperties.of(Map.of("MARFT_KAFKA_SASL_PASSWORD", SECRET)))
                .getMessage();
        assertTrue(line.startsWith("MARFT_KAFKA_SASL_PASSWORD: unknown setting 'sasl.password'"), line);
        assertFalse(line.contains(SECRET), line);
    }
}
