package io.marft.policy.token.jinja;

/** Python's {@code None}. */
enum None {
    NONE
}
