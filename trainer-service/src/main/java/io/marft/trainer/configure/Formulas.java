package io.marft.trainer.configure;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whose formulas compute advantages, their normalisation and the critic's loss. */
public enum Formulas {
    /** Those of this project. */
    @JsonProperty("marft")
    MARFT,
    /**
     * The reference implementation's, with its faults, so that its numbers can be checked against it: see
     * {@code io.marft.trainer.reference}. Not to train with.
     */
    @JsonProperty("reference")
    REFERENCE
}
