package io.marft.environments.feed;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The episodes that are not closed, and how many more may be opened. Not thread-safe. */
final class OpenEpisodes {

    private final int limit;
    private final Duration patience;
    /** By episode the time at which its place is given to another; oldest first. */
    private final Map<String, Long> open = new LinkedHashMap<>();

    /**
     * @param limit how many may be open at a time
     * @param patience how long an episode may take before its place is given to another
     */
    OpenEpisodes(int limit, Duration patience) {
        this.limit = limit;
        this.patience = patience;
    }

    void opened(List<String> episodes, long nanoTime) {
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
