package io.marft.cli;

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

    private Rehearsal() {}

    /** Takes no arguments. What the commands say is passed over: each of them fails. */
    public static void main(String[] arguments) throws IOException {
        Path impatient = Files.createTempFile("marft", ".properties");
        try {
            Files.writeString(impatient, "default.api.timeout.ms=300\nrequest.timeout.ms=200\n");
            PrintWriter nobody = new PrintWriter(Writer.nullWriter());
            for (String command :
                    List.of("--help", "config", "lag", "topics", "tail actions", "team list", "dead-letters list")) {
                Main.execute(
                        command.split(" "),
                        Map.of(
                                "MARFT_BOOTSTRAP_SERVERS",
                                NOWHERE,
                                "MARFT_REGISTRY_URL",
                                "http://" + NOWHERE,
                                "MARFT_CLIENT_CONFIG",
                                impatient.toString()),
                        line -> line.setOut(nobody).setErr(nobody));
            }
        } finally {
            Files.delete(impatient);
        }
    }
}
