package io.marft.reward.episode;

import io.marft.streaming.topology.TeamStore;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.util.Optional;

/** Team definitions by name and version, as decisions ask for them; {@link TeamStore#find} is one. */
@FunctionalInterface
public interface Teams {

    /** A version of a team; empty if it is not known. A version that is known never changes. */
    Optional<KnownTeam> find(String team, int version);
}
