package io.marft.streaming.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceNameTest {

    @TempDir
    Path directory;

    @Test
    void shouldGiveProcessesThatRunAtOnceNamesOfTheirOwnAndEachItsOwnAgain() {
        String first;
        String second;
        try (InstanceName one = InstanceName.claim(directory, "router");
                InstanceName other = InstanceName.claim(directory, "router")) {
            first = one.name();
            second = other.name();
            assertNotEquals(first, second);
        }
        try (InstanceName one = InstanceName.claim(directory, "router");
                InstanceName other = InstanceName.claim(directory, "router")) {
            assertEquals(first, one.name());
            assertEquals(second, other.name());
        }
    }

    @Test
    void shouldDrawANewNameWhereACrashLeftHalfOfOne() throws Exception {
        Path file = directory.resolve("instances/router-0");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "0a1");
        try (InstanceName name = InstanceName.claim(directory, "router")) {
            assertTrue(name.name().matches("[0-9a-f]{8}"), name.name());
            assertEquals(name.name(), Files.readString(file));
        }
    }

    @Test
    void shouldSayWhatToDoWhereTheDirectoryCannotBeWritten() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        String message = assertThrows(UncheckedIOException.class, () -> InstanceName.claim(file, "router"))
                .getMessage();
        assertTrue(message.startsWith("state directory " + file + " cannot be written ("), message);
        assertTrue(message.endsWith("or give this process a name of its own with --instance"), message);
    }
}
