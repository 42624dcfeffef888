package io.marft.schemas.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NearestTest {

    private static final List<String> KNOWN = List.of("name", "horizon", "maxNewTokens", "topK", "topP");

    @Test
    void shouldFindWhatASlipOfTheFingerMeant() {
        assertEquals(Optional.of("name"), Nearest.to("nmae", KNOWN));
        assertEquals(Optional.of("horizon"), Nearest.to("horison", KNOWN));
        assertEquals(Optional.of("horizon"), Nearest.to("horizons", KNOWN));
    }

    @Test
    void shouldTakeAnotherSpellingOfTheSameWordsForTheKey() {
        assertEquals(Optional.of("maxNewTokens"), Nearest.to("max-new-tokens", KNOWN));
        assertEquals(Optional.of("topP"), Nearest.to("top_p", KNOWN));
    }

    @Test
    void shouldGuessNothingForAWordOfItsOwn() {
        assertEquals(Optional.empty(), Nearest.to("colour", KNOWN));
        assertEquals(Optional.empty(), Nearest.to("", KNOWN));
        assertEquals(Optional.empty(), Nearest.to("name", List.of()));
    }
}
