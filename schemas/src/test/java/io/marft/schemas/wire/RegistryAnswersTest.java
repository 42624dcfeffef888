package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.marft.schemas.record.Reference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a codec makes of each thing that a registry, or what stands before it, may answer. */
class RegistryAnswersTest {

    private static final String TOPIC = "marft.references";
    private static final byte[] RECORD = {0, 0, 0, 0, 7, 2, 'e'};
    private static final Reference REFERENCE = new Reference("e", "arithmetic", "boxed", "42", Instant.ofEpochMilli(1));

    private final CountDownLatch ended = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private RecordCodec codec;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        codec = new RecordCodec(Registries.at(
                "http://127.0.0.1:" + server.getAddress().getPort(),
                Map.of("http.read.timeout.ms", 2000, "max.retries", 0)));
    }

    @AfterEach
    void stop() {
        ended.countDown();
        codec.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpHandler handler) {
        server.createContext("/", handler);
    }

    private void answer(int status, String body) {
        answer(exchange -> send(exchange, status, body));
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String reason() {
        String reason = assertInstanceOf(Decoded.Invalid.class, codec.decode(TOPIC, RECORD, Reference.class))
                .reason();
        assertFalse(reason.contains("\n"), reason);
        return reason;
    }

    private void assertUnavailable() {
        assertThrows(RegistryUnavailableException.class, () -> codec.decode(TOPIC, RECORD, Reference.class));
        assertThrows(RegistryUnavailableException.class, () -> codec.encode(TOPIC, REFERENCE));
    }

    @ParameterizedTest
    @CsvSource({"401, 40101", "403, 40301", "401, 0", "403, 0"})
    void shouldTellARefusal(int status, int code) {
        answer(status, "{\"error_code\":" + code + ",\"message\":\"no\"}");

        for (RuntimeException refused : new RuntimeException[] {
            assertThrows(RegistryRefusedException.class, () -> codec.decode(TOPIC, RECORD, Reference.class)),
            assertThrows(RegistryRefusedException.class, () -> codec.encode(TOPIC, REFERENCE))
        }) {
            assertTrue(
                    refused.getMessage().startsWith("schema registry refuses this client: HTTP " + status),
                    refused.getMessage());
        }
    }

    @Test
    void shouldTellARefusalThatIsAPage() {
        answer(401, "<html>Please log in</html>");

        assertThrows(RegistryRefusedException.class, () -> codec.decode(TOPIC, RECORD, Reference.class));
    }

    @Test
    void shouldBlameTheRecordForASchemaThatTheRegistryDoesNotHave() {
        answer(404, "{\"error_code\":40403,\"message\":\"Schema 7 not found\"}");

        assertTrue(reason().startsWith("not readable as Reference: schema 7 is not to be had: Schema 7 not found"));
        String message = assertThrows(IllegalStateException.class, () -> codec.encode(TOPIC, REFERENCE))
                .getMessage();
        assertTrue(message.startsWith("topic marft.references does not take a Reference: subject"), message);
        assertTrue(message.endsWith("; run `marft provision`"), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    404 | {"error_code":404,"message":"HTTP 404 Not Found"}
                    404 | <html>no such page</html>
                    400 | <html>bad gateway</html>
                    429 | {"error_code":42901,"message":"too many"}
                    500 | {"error_code":50001,"message":"store"}
                    503 | <html>maintenance</html>
                    200 | <html>Please log in</html>
                    200 | {"unexpected":1}
                    """)
    void shouldBlameNobodyForAnAnswerThatIsNone(int status, String body) {
        answer(status, body);

        assertUnavailable();
    }

    @Test
    void shouldBlameNobodyForAConnectionThatIsClosed() {
        answer(HttpExchange::close);

        assertUnavailable();
    }

    @Test
    void shouldBlameNobodyForARegistryThatHangs() {
        answer(exchange -> {
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });

        assertUnavailable();
    }

    @Test
    void shouldBlameTheRecordForASchemaThatIsNoAvro() {
        answer(200, "{\"schemaType\":\"PROTOBUF\",\"schema\":\"syntax = 'proto3';\"}");

        assertEquals("not readable as Reference: schema 7 is not to be had: it is PROTOBUF, not Avro", reason());
    }

    @Test
    void shouldBlameTheRecordForAvroThatNobodyCanRead() {
        answer(200, "{\"schema\":\"{\\\"type\\\":\\\"strange\\\"}\"}");

        assertTrue(reason().contains("schema 7 is not to be had: it is no Avro that can be read"), reason());
    }

    @Test
    void shouldBlameTheRecordForASchemaOfAnotherRecord() {
        answer(200, "{\"schema\":\"\\\"string\\\"\"}");

        assertEquals("holds string, expected a Reference", reason());
    }

    @Test
    void shouldReadAndWriteOnceTheRegistryAnswersAgain() {
        answer(exchange -> send(exchange, 503, ""));
        assertUnavailable();
        server.removeContext("/");
        String schema =
                Reference.getClassSchema().toString().replace("\\", "\\\\").replace("\"", "\\\"");
        answer(exchange -> send(exchange, 200, "{\"id\":7,\"schema\":\"" + schema + "\"}"));

        byte[] bytes = codec.encode(TOPIC, REFERENCE);

        assertArrayEquals(new byte[] {0, 0, 0, 0, 7}, java.util.Arrays.copyOf(bytes, 5));
        assertEquals(new Decoded.Valid<>(REFERENCE), codec.decode(TOPIC, bytes, Reference.class));
        server.removeContext("/");
        answer(503, "");
        assertEquals(new Decoded.Valid<>(REFERENCE), codec.decode(TOPIC, bytes, Reference.class));
        assertArrayEquals(bytes, codec.encode(TOPIC, REFERENCE));
    }
}
