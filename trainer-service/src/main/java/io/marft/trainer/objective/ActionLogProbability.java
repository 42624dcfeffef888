package io.marft.trainer.objective;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How an action's log-probability is made from those of its tokens, at action level. */
public enum ActionLogProbability {
    /** Their sum: the logarithm of the action's true probability. */
    @JsonProperty("sum")
    SUM,
    /** Their sum divided by their number, so that long actions do not have wilder ratios than short ones. */
    @JsonProperty("token")
    TOKEN,
    /** Their sum divided by the number of the action's words. */
    @JsonProperty("word")
    WORD;

    /** The factor 1, 1/tokens or 1/words that multiplies the sum over an action's tokens. */
    public double scale(int tokens, int words) {
        return switch (this) {
            case SUM -> 1;
            case TOKEN -> 1.0 / tokens;
            case WORD -> 1.0 / words;
        };
    }
}
