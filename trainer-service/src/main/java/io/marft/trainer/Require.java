package io.marft.trainer;

/** Refuses values that break a rule, in one line that names the thing, the rule and the value. */
public final class Require {

    private Require() {}

    /**
     * Does nothing if the rule holds.
     *
     * @param name the thing, for instance {@code clip}
     * @param rule what it must be, for instance {@code above 0}
     * @throws IllegalArgumentException if the rule does not hold
     */
    public static void that(boolean holds, String name, String rule, Object got) {
        if (!holds) {
            throw new IllegalArgumentException(name + " must be " + rule + ", got: " + got);
        }
    }

    /** The value must be there. */
    public static void given(String name, Object value) {
        that(value != null, name, "given, or its key left out", "nothing");
    }

    /** The number must be finite and above 0. */
    public static void positive(String name, double value) {
        that(value > 0 && Double.isFinite(value), name, "above 0", value);
    }

    /** The number must be finite and not below 0. */
    public static void notNegative(String name, double value) {
        that(value >= 0 && Double.isFinite(value), name, "finite and not negative", value);
    }

    /** The count must be at least 1. */
    public static void atLeastOne(String name, int value) {
        that(value >= 1, name, "at least 1", value);
    }
}
