package io.marft.trainer.replay;

import java.util.List;

/**
 * What a replay found.
 *
 * @param team the team's name
 * @param recorded how many updates the log holds
 * @param replayed those that were computed again, in order; after the first difference none follows, because every later
 *     update builds upon it
 */
public record ReplayReport(String team, int recorded, List<ReplayedUpdate> replayed) {

    /** Whether the whole log was rebuilt bit for bit. */
    public boolean matches() {
        return replayed.size() == recorded && replayed.stream().allMatch(ReplayedUpdate::matches);
    }
}
