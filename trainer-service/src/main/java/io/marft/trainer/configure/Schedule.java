package io.marft.trainer.configure;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.marft.trainer.Require;

/**
 * Which agents an update trains, and in what order.
 *
 * @param kind the schedule
 * @param interval for {@link Kind#ALTERNATE}, how many updates an agent has before the next one's turn
 */
public record Schedule(Kind kind, int interval) {

    /** The schedules of MARFT. */
    public enum Kind {
        /**
         * Agents one by one in a seeded random order, later ones' advantages corrected by the ratios that the earlier ones
         * have reached (HAPPO).
         */
        @JsonProperty("sequential")
        SEQUENTIAL,
        /**
         * All agents in one step. Each has weights of its own, so a step of all is one step of each on the same episodes,
         * without a correction.
         */
        @JsonProperty("joint")
        JOINT,
        /** One agent for {@code interval} updates, then the next in declared order. */
        @JsonProperty("alternate")
        ALTERNATE
    }

    public Schedule {
        Require.given("kind", kind);
        Require.atLeastOne("interval", interval);
    }
}
