package io.marft.actor.acting;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.actor.Fixtures;
import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.generate.Generation;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Turn;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActionRecordTest {

    private static final Turn TURN = Fixtures.turn("e", "reasoner", "1+2?", 11L);
    private static final VersionedAdapter ADAPTER = new VersionedAdapter(4, "sha256:a", Adapter.none());

    @Test
    void shouldHoldTheTurnItsAdapterAndWhatWasGenerated() {
        Action expected = new Action(
                "e",
                0,
                "reasoner",
                "team",
                1,
                Purpose.TRAINING,
                4L,
                "sha256:a",
                "sha256:b",
                List.of(7, 8),
                List.of(9, 1),
                List.of(-0.5f, -0.25f),
                "3",
                FinishReason.STOP,
                Fixtures.SAMPLING,
                11L,
                Instant.parse("2026-01-02T03:04:05.678Z"));

        assertEquals(expected, action(true));
    }

    @Test
    void shouldSayWhetherTheOutputEndedOrWasCutOff() {
        assertEquals(FinishReason.STOP, action(true).getFinishReason());
        assertEquals(FinishReason.LENGTH, action(false).getFinishReason());
    }

    private static Action action(boolean ended) {
        Generation generation = new Generation(new int[] {9, 1}, new float[] {-0.5f, -0.25f}, ended);
        return ActionRecord.of(
                TURN,
                ADAPTER,
                "sha256:b",
                new int[] {7, 8},
                generation,
                "3",
                Instant.parse("2026-01-02T03:04:05.678912Z"));
    }
}
