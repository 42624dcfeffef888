package io.marft.jinja.value;

/** Python's {@code None}. */
public enum None {
    NONE
}
