package io.marft.environments.arithmetic;

/** What a problem may be used for. */
public enum Split {
    /** To train on. */
    TRAIN,
    /** To measure with, and never to train on. */
    HELD_OUT
}
