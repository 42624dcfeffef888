package io.marft.cli;

import io.marft.local.Installation;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.streaming.connect.ClientSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Does once what short commands do, so that the JVM sees their classes: the launcher keeps these in an archive
 * ({@code -XX:ArchiveClassesAtExit}), from which later calls start in half of the time. The cluster that it asks is one
 * that is not there, and it gives up soon.
 */
final class Rehearsal {

    private static final String NOWHERE = "127.0.0.1:1";
    private static final String NO_REGISTRY = "http://" + NOWHERE;

    private static final List<String> COMMANDS =
            List.of("--help", "config", "lag", "topics", "tail actions", "team list", "dead-letters list");

    private Rehearsal() {}

    /** Takes no arguments. What the commands say is passed over: most of them fail. */
    public static void main(String[] arguments) throws IOException {
        Path impatient = Files.createTempFile("marft", ".properties");
        try {
            Files.writeString(impatient, "default.api.timeout.ms=300\nrequest.timeout.ms=200\n");
            COMMANDS.forEach(command -> run(command, impatient));
        } finally {
            Files.delete(impatient);
        }
        readRecords();
        expectAnswers();
    }

    private static void run(String command, Path clientConfig) {
        PrintWriter nobody = new PrintWriter(Writer.nullWriter());
        Map<String, String> environment = Map.of(
                "MARFT_BOOTSTRAP_SERVERS", NOWHERE,
                "MARFT_REGISTRY_URL", NO_REGISTRY,
                "MARFT_CLIENT_CONFIG", clientConfig.toString());
        Main.execute(
                command.split(" ", -1), environment, line -> line.setOut(nobody).setErr(nobody));
    }

    private static void readRecords() throws IOException {
        Team team = TeamFile.load(Installation.find().team());
        Team.fromByteBuffer(team.toByteBuffer());
        ClientSettings client =
                new ClientSettings(NOWHERE, NO_REGISTRY, "marft", Map.of("schema.registry.max.retries", "0"));
        try (RecordCodec codec = client.codec()) {
            codec.decode("marft.actions", new byte[] {0, 0, 0, 0, 1, 0}, Action.class);
        } catch (RegistryUnavailableException e) {
            // As expected: its client has been loaded.
        }
    }

    /** Kafka's clients look at a table of some 150 errors as soon as a broker answers, which none does here. */
    private static void expectAnswers() {
        try {
            Class.forName("org.apache.kafka.common.protocol.Errors");
        } catch (ClassNotFoundException e) {
            // Another version of Kafka's clients keeps it elsewhere; starts are a little slower.
        }
    }
}
