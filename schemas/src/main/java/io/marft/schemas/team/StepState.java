package io.marft.schemas.team;

import io.marft.schemas.record.TeamAgent;
import java.util.List;
import java.util.Set;

/**
 * How far a step is, as the dependency function sees it. An agent that neither acted nor is skipped nor ready waits for a
 * predecessor.
 *
 * @param skipped names of the agents that do not act in this step, because their condition is false
 * @param ready the agents whose turn it is: they have not acted, and nothing that they depend on is open; in declared order
 * @param complete whether every agent acted or is skipped
 */
public record StepState(Set<String> skipped, List<TeamAgent> ready, boolean complete) {

    public StepState {
        skipped = Set.copyOf(skipped);
        ready = List.copyOf(ready);
    }
}
