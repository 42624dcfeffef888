package io.marft.trainer.replay;

import java.util.Map;

/**
 * What replaying one recorded update found.
 *
 * @param update its number
 * @param episodes how many trajectories it learned from
 * @param digests for each agent the digest of the adapter weights that the replay computed; empty where the inputs could
 *     not be had
 * @param difference the first difference from the record, in one line; empty if there is none
 */
public record ReplayedUpdate(long update, int episodes, Map<String, String> digests, String difference) {

    /** Whether every digest is the recorded one, bit for bit. */
    public boolean matches() {
        return difference.isEmpty();
    }
}
