package io.marft.reward;

import static io.marft.reward.Sample.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    private final Deadline deadline = new Deadline(Duration.ofMinutes(5), NOON);

    @Test
    void shouldPassAfterTheLimit() {
        assertFalse(deadline.passed(NOON.plusSeconds(60), NOON.plusSeconds(359)));
        assertTrue(deadline.passed(NOON.plusSeconds(60), NOON.plusSeconds(360)));
    }

    @Test
    void shouldNotCountTheTimeOfAnOutage() {
        assertFalse(deadline.passed(NOON.minusSeconds(86_400), NOON.plusSeconds(299)));
        assertTrue(deadline.passed(NOON.minusSeconds(86_400), NOON.plusSeconds(300)));
    }

    @Test
    void shouldLookOftenEnough() {
        assertEquals(Duration.ofSeconds(30), Deadline.interval(Duration.ofMinutes(10)));
        assertEquals(Duration.ofMillis(100), Deadline.interval(Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> new Deadline(Duration.ZERO, NOON));
    }
}
