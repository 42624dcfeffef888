package io.marft.streaming.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeadlinesTest {

    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Deadlines deadlines = new Deadlines(NOON);

    @Test
    void shouldTakeEachEpisodeOnceInTheOrderOfTheirDeadlines() {
        deadlines.add("late", NOON, MINUTE.multipliedBy(10));
        deadlines.add("second", NOON.plusSeconds(1), MINUTE);
        deadlines.add("first", NOON, MINUTE);

        assertEquals(List.of(), deadlines.take(NOON.plusSeconds(59)));
        assertEquals(List.of("first", "second"), deadlines.take(NOON.plusSeconds(61)));
        assertEquals(List.of(), deadlines.take(NOON.plusSeconds(62)));
        assertEquals(List.of("late"), deadlines.take(NOON.plusSeconds(600)));
    }

    @Test
    void shouldGiveUpNoMoreAtOnceThanOneTransactionHolds() {
        for (int i = 0; i < 600_000; i++) {
            deadlines.add("e-" + i, NOON, MINUTE);
        }

        Set<String> taken = new HashSet<>();
        for (int look = 0; look < 600_000 / Deadlines.MOST_AT_ONCE; look++) {
            List<String> some = deadlines.take(NOON.plusSeconds(60));
            assertEquals(Deadlines.MOST_AT_ONCE, some.size());
            taken.addAll(some);
        }
        assertEquals(600_000, taken.size());
        assertEquals(List.of(), deadlines.take(NOON.plusSeconds(60)));
    }

    @Test
    void shouldNotCountTheTimeOfAnOutage() {
        Instant yesterday = NOON.minusSeconds(86_400);
        deadlines.add("e", yesterday, MINUTE);

        assertEquals(List.of(), deadlines.take(NOON.plusSeconds(59)));
        assertFalse(deadlines.passed(yesterday, MINUTE, NOON.plusSeconds(59)));
        assertTrue(deadlines.passed(yesterday, MINUTE, NOON.plusSeconds(60)));
        assertEquals(List.of("e"), deadlines.take(NOON.plusSeconds(60)));
    }
}
