package io.marft.policy;

/** Why a continuation ended. */
public enum FinishReason {
    /** The model drew an end token. */
    STOP,
    /** It reached the largest number of new tokens. */
    LENGTH
}
