package io.marft.actor.routing;

import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.Turn;
import java.util.List;
import java.util.Optional;

/** What routing one event came to. */
public sealed interface Routed {

    /**
     * The event moved its episode.
     *
     * @param episode the episode's state from now on
     * @param turns the turns that became due, in declared order of their agents
     * @param next the observation with which the team goes on after a complete step, or is done; empty where a step is
     *     not complete yet, where the horizon is used up, and where the environment opens steps
     */
    record Moved(OpenEpisode episode, List<Turn> turns, Optional<Observation> next) implements Routed {}

    /**
     * The event does not belong; the episode's state stays what it was.
     *
     * @param reason why, in one line
     */
    record Rejected(String reason) implements Routed {}

    /**
     * The event belongs, but a condition of the team has no value on it; the episode's state stays what it was.
     *
     * @param reason which condition and why, in one line
     */
    record Undecided(String reason) implements Routed {}
}
