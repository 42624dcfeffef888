package io.marft.schemas.team;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpansTest {

    @ParameterizedTest
    @CsvSource({"500ms,500", "90s,90000", "10m,600000", "2h,7200000", "0ms,0"})
    void shouldReadWhatItWrites(String text, long millis) {
        assertEquals(Optional.of(Duration.ofMillis(millis)), Spans.parse(text));
        assertEquals(text, Spans.text(Duration.ofMillis(millis)));
    }

    @Test
    void shouldWriteTheLargestUnitThatLeavesASpanWhole() {
        assertEquals("61s", Spans.text(Duration.ofSeconds(61)));
        assertEquals("1500ms", Spans.text(Duration.ofMillis(1500)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "m", "-1s", "1.5h", "10 m", "10d", "9999999999s"})
    void shouldRefuseWhatIsNoSpan(String text) {
        assertEquals(Optional.empty(), Spans.parse(text));
    }
}
