package io.marft.policy.generate;

/** Why a continuation ended. */
public enum FinishReason {
    /** The model drew an end token, one of the request's stop tokens, or the last token of one of its stop strings. */
    STOP,
    /** It reached the largest number of new tokens. */
    LENGTH
}
