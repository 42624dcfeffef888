package io.marft.trainer.objective;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How an action's log-probability is made from those of its tokens. */
public enum ActionLogProbability {
    /** Their sum: the logarithm of the action's true probability. */
    @JsonProperty("sum")
    SUM,
    /** Their sum divided by their number, so that long actions do not have wilder ratios than short ones. */
    @JsonProperty("token")
    TOKEN;

    /** The factor 1 or 1/L that multiplies the sum over an action's L tokens. */
    double scale(int tokens) {
        return this == SUM ? 1 : 1.0 / tokens;
    }

    /** The action's log-probability; by the chain rule also its entropy or divergence, from those of its tokens. */
    double of(float[] perToken) {
        double sum = 0;
        for (float value : perToken) {
            sum += value;
        }
        return sum * scale(perToken.length);
    }
}
