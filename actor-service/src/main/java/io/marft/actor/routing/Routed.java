package io.marft.actor.routing;

import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.Turn;
import java.util.List;

/** What routing one event came to. */
public sealed interface Routed {

    /**
     * The event moved its episode.
     *
     * @param episode the episode's state from now on
     * @param turns the turns that became due, in declared order of their agents
     */
    record Moved(OpenEpisode episode, List<Turn> turns) implements Routed {}

    /**
     * The event does not belong; the episode's state stays what it was.
     *
     * @param reason why, in one line
     */
    record Rejected(String reason) implements Routed {}
}
