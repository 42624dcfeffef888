package io.marft.environments.arithmetic;

/** Which side of the fence a problem stands on. */
public enum Split {
    /** May be trained on. */
    TRAIN,
    /** Only ever used to measure. */
    HELD_OUT
}
