package io.marft.trainer.configure;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Over what a decision is credited, and by whose critic. */
public enum CreditMode {
    /** Over the team's flattened episode, by the one critic that sees all actions so far: MARFT. */
    @JsonProperty("team")
    TEAM,
    /**
     * Over the agent's own decisions, as if it were alone: each is paid its step's whole reward, and valued by the agent's
     * own critic in the agent's own context. Independent PPO, the baseline.
     */
    @JsonProperty("independent")
    INDEPENDENT
}
