package io.marft.reward;

import java.time.Duration;
import java.time.Instant;

/**
 * When an episode that never completes is given up. Only time during which the service was running counts: after an
 * outage its records may still be on their way.
 *
 * @param limit how long an episode may stay open
 * @param startedAt when the service started
 */
public record Deadline(Duration limit, Instant startedAt) {

    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(30);

    public Deadline {
        if (limit.toMillis() < 10) {
            throw new IllegalArgumentException("the time limit of episodes must be at least 10 ms, got: " + limit);
        }
    }

    /** Whether an episode that was opened then is to be given up now. */
    public boolean passed(Instant openedAt, Instant now) {
        Instant since = openedAt.isBefore(startedAt) ? startedAt : openedAt;
        return !now.isBefore(since.plus(limit));
    }

    /** How often to look: a tenth of the limit, at most half a minute. */
    public static Duration interval(Duration limit) {
        Duration tenth = limit.dividedBy(10);
        return tenth.compareTo(LONGEST_INTERVAL) < 0 ? tenth : LONGEST_INTERVAL;
    }
}
