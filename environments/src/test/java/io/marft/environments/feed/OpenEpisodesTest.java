package io.marft.environments.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenEpisodesTest {

    private static final long SECOND = 1_000_000_000L;
    private static final Duration MINUTE = Duration.ofSeconds(60);

    private final OpenEpisodes open = new OpenEpisodes(3);

    @Test
    void shouldMakeRoomForEachEpisodeThatCloses() {
        assertEquals(3, open.free(0));
        open.opened(List.of("a", "b", "c"), MINUTE, 0);
        assertEquals(0, open.free(SECOND));

        open.closed("b");
        open.closed("b");
        open.closed("someone else's");

        assertEquals(1, open.free(SECOND));
        assertEquals(2, open.count());
    }

    @Test
    void shouldGiveAwayThePlaceOfAnEpisodeThatTakesTooLong() {
        open.opened(List.of("a"), MINUTE, 0);
        open.opened(List.of("b"), MINUTE, 30 * SECOND);

        assertEquals(1, open.free(59 * SECOND));
        assertEquals(2, open.free(60 * SECOND));
        assertEquals(3, open.free(90 * SECOND));
    }

    @Test
    void shouldKeepThePlaceOfAnEpisodeAsLongAsItsOwnVersionOfTheTeamMayTake() {
        open.opened(List.of("slow"), Duration.ofHours(1), 0);
        open.opened(List.of("quick"), MINUTE, SECOND);

        assertEquals(2, open.free(61 * SECOND));
        assertEquals(2, open.free(3599 * SECOND));
        assertEquals(3, open.free(3600 * SECOND));
    }
}
