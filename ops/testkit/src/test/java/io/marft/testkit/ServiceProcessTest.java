package io.marft.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProcessTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private ServiceProcess ticker(String... arguments) {
        return new ServiceProcess(
                "ticker", directory.resolve("ticker.log"), List.of("-Xmx32m"), Ticker.class, List.of(arguments));
    }

    @Test
    void shouldBeginAgainAfterAKill() {
        try (ServiceProcess ticker = ticker().start()) {
            ticker.awaitLine("tick 3", PATIENCE);
            assertThrows(IllegalStateException.class, ticker::start);
            long first = ticker.pid();

            ticker.kill();
            assertFalse(ticker.alive());
            ticker.start();
            ticker.awaitLine("tick 1", PATIENCE);

            assertNotEquals(first, ticker.pid());
            assertTrue(ticker.written().startsWith("tick 1\n"), "the second life's output only");
            assertTrue(ticker.residentBytes() > 1 << 20);
        }
    }

    @Test
    void shouldDoNothingWhileFrozen() throws Exception {
        try (ServiceProcess ticker = ticker().start()) {
            ticker.awaitLine("tick 1", PATIENCE);

            ticker.freeze();
            String state = Files.readString(Path.of("/proc/" + ticker.pid() + "/stat"));
            long size = Files.size(directory.resolve("ticker.log"));
            assertEquals("T", state.substring(state.lastIndexOf(')') + 2, state.lastIndexOf(')') + 3));
            assertTrue(ticker.alive());
            assertEquals(size, Files.size(directory.resolve("ticker.log")));

            ticker.thaw();
            ticker.awaitLine("tick " + (ticker.written().lines().count() + 1), PATIENCE);
        }
    }

    @Test
    void shouldStopWhenAsked() {
        try (ServiceProcess ticker = ticker().start()) {
            ticker.awaitLine("tick 1", PATIENCE);

            assertEquals(143, ticker.terminate(PATIENCE));
            assertFalse(ticker.alive());
        }
    }

    @Test
    void shouldSayWhatAProcessWroteThatEndedEarly() {
        try (ServiceProcess ticker = ticker("2").start()) {
            String message = assertThrows(IllegalStateException.class, () -> ticker.awaitLine("tick 3", PATIENCE))
                    .getMessage();

            assertTrue(message.startsWith("ticker ended without writing 'tick 3'"), message);
            assertTrue(message.endsWith("tick 1\ntick 2"), message);
        }
    }
}
