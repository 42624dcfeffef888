package io.marft.trainer.objective;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What is credited and clipped: the unit of MARFT's two levels. */
public enum Level {
    /** A whole action: one value, one advantage and one ratio for each decision. */
    @JsonProperty("action")
    ACTION,
    /** Each generated token: as many values, advantages and ratios as the action has tokens. */
    @JsonProperty("token")
    TOKEN
}
