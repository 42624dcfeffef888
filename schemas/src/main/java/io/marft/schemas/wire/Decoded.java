package io.marft.schemas.wire;

/** What became of a record's bytes: a value, or the reason why they are none. */
public sealed interface Decoded<T> {

    /** The bytes were a record of the expected kind. */
    record Valid<T>(T value) implements Decoded<T> {}

    /** The bytes were not; the reason is one line for a dead letter. */
    record Invalid<T>(String reason) implements Decoded<T> {}
}
