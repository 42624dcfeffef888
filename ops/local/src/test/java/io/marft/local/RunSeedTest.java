package io.marft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunSeedTest {

    @TempDir
    Path directory;

    @Test
    void shouldGoOnWithTheSeedThatTheFirstRunChose() {
        assertEquals(3, RunSeed.of(directory, Optional.of(3L)));
        assertEquals(3, RunSeed.of(directory, Optional.empty()));
        assertEquals(3, RunSeed.of(directory, Optional.of(3L)));
    }

    @Test
    void shouldRefuseToGoOnWithAnotherSeed() {
        assertEquals(1, RunSeed.of(directory, Optional.empty()));
        String message = assertThrows(StackException.class, () -> RunSeed.of(directory, Optional.of(2L)))
                .getMessage();
        assertTrue(message.contains("holds a run with seed 1, got: --seed 2"), message);
    }
}
