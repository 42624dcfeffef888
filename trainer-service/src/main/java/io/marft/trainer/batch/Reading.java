package io.marft.trainer.batch;

/** What the trainer makes of a trajectory. */
public sealed interface Reading {

    /** It can be learned from. */
    record Usable(Episode episode) implements Reading {}

    /** It is not this trainer's: another team's, or not for training. */
    record Foreign() implements Reading {}

    /** It is sound, but not to be learned from, for instance too old. */
    record Dropped(String reason) implements Reading {}

    /** It is wrong. */
    record Invalid(String reason) implements Reading {}
}
