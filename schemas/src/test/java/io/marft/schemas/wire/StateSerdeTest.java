package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.OpenStep;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Purpose;
import java.time.Instant;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.junit.jupiter.api.Test;

class StateSerdeTest {

    private final StateSerde<OpenEpisode> serde = new StateSerde<>(OpenEpisode.class);

    @Test
    void shouldReadBackWhatItWrote() {
        var observation = new Observation(
                "t-1",
                0,
                "arithmetic",
                1,
                Purpose.TRAINING,
                "arithmetic",
                List.of(new Message("user", "2+3?")),
                false,
                7L,
                Instant.ofEpochMilli(1));
        var step = new OpenStep(observation, 42L, List.of(new PredecessorAction("reasoner", 3L, "add")));
        var state = new OpenEpisode("arithmetic", 1, 1, true, List.of(step), null, Instant.ofEpochMilli(2));

        byte[] bytes = serde.serializer().serialize("store", state);

        assertEquals(state, serde.deserializer().deserialize("store", bytes));
    }

    @Test
    void shouldKeepAbsenceAsAbsence() {
        assertNull(serde.serializer().serialize("store", null));
        assertNull(serde.deserializer().deserialize("store", null));
    }

    @Test
    void shouldRefuseStateOfAnotherSchemaInsteadOfMisreadingIt() {
        byte[] other = new StateSerde<>(Message.class).serializer().serialize("store", new Message("user", "x"));

        assertThrows(AvroRuntimeException.class, () -> serde.deserializer().deserialize("store", other));
    }

    @Test
    void shouldRefuseBytesThatAreNoState() {
        assertThrows(AvroRuntimeException.class, () -> serde.deserializer().deserialize("store", new byte[] {1, 2}));
    }
}
