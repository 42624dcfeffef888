package io.marft.trainer.batch;

import java.util.function.ToLongFunction;

/**
 * Where a team's adapters stand while a batch fills up. All agents' adapters go by the same number, that of the last update.
 * An agent that joined later acted without one, as version 0, until the first update that trained it was committed; its
 * version 0 counts as the one that the others had then.
 *
 * @param newest the adapter version that the next update starts from
 * @param since for an agent the version that its version 0 counts as
 */
public record AdapterVersions(long newest, ToLongFunction<String> since) {

    /** Of a team that has had all its agents from the beginning. */
    public static AdapterVersions of(long newest) {
        return new AdapterVersions(newest, agent -> 0);
    }

    /** Whether an agent can have acted with that version. */
    boolean exists(String agent, long acted) {
        return acted == 0 || (acted > since.applyAsLong(agent) && acted <= newest);
    }

    /** What a version that an agent acted with counts as. */
    long counted(String agent, long acted) {
        return acted == 0 ? since.applyAsLong(agent) : acted;
    }
}
