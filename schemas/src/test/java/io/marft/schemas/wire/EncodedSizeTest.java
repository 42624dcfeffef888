package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.OpenStep;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Purpose;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EncodedSizeTest {

    private final StateSerde<OpenEpisode> serde = new StateSerde<>(OpenEpisode.class);

    /** What the store would write is ten bytes more: the schema's fingerprint. */
    private int encoded(OpenEpisode episode) {
        return serde.serializer().serialize("store", episode).length - 10;
    }

    @Test
    void shouldDrawTheLineAtTheByte() {
        for (String text : List.of("", "1+2?", "é".repeat(300), "🚀".repeat(1000))) {
            OpenEpisode episode = episode(text);
            int size = encoded(episode);

            assertEquals(Optional.empty(), EncodedSize.refuse("state", episode, size));
            assertEquals(
                    Optional.of("state would have " + size + " bytes, more than the most of " + (size - 1)),
                    EncodedSize.refuse("state", episode, size - 1));
        }
    }

    @Test
    void shouldLetThroughOnlyWhatABrokerTakes() {
        assertTrue(EncodedSize.refuse("state", episode("x".repeat(900_000))).isEmpty());
        assertTrue(EncodedSize.refuse("state", episode("x".repeat(1_000_000))).isPresent());
    }

    private static OpenEpisode episode(String text) {
        Observation observation = new Observation(
                "e",
                0,
                "team",
                1,
                Purpose.TRAINING,
                "arithmetic",
                List.of(new Message("user", text)),
                false,
                7L,
                Instant.ofEpochMilli(1));
        OpenStep step = new OpenStep(observation, 42L, List.of(new PredecessorAction("reasoner", 3L, "add")));
        return new OpenEpisode("team", 1, 1, true, List.of(step), null, Instant.ofEpochMilli(2));
    }
}
