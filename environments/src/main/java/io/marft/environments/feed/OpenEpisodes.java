package io.marft.environments.feed;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The episodes that are not closed, and how many more may be opened. Not thread-safe. */
final class OpenEpisodes {

    private final int limit;
    /** By episode the time at which its place is given to another. */
    private final Map<String, Long> open = new HashMap<>();

    /** @param limit how many may be open at a time */
    OpenEpisodes(int limit) {
        this.limit = limit;
    }

    /** @param patience how long each of them may take before its place is given to another */
    void opened(List<String> episodes, Duration patience, long nanoTime) {
        episodes.forEach(episode -> open.put(episode, nanoTime + patience.toNanos()));
    }

    void closed(String episode) {
        open.remove(episode);
    }

    int count() {
        return open.size();
    }

    /** How many may be opened now. */
    int free(long nanoTime) {
        open.values().removeIf(deadline -> deadline - nanoTime <= 0);
        return Math.max(0, limit - open.size());
    }
}
