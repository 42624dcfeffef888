package io.marft.schemas.digest;

/**
 * The mixing step of SplitMix64, for seeds that are made of other numbers (Steele, Lea and Flood, "Fast splittable
 * pseudorandom number generators", OOPSLA 2014).
 */
public final class SplitMix64 {

    /** The odd integer nearest to 2<sup>64</sup> divided by the golden ratio, which the generator adds at each step. */
    public static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private SplitMix64() {}

    /** Spreads every bit of a number over the result; different numbers have different results. */
    public static long mix(long value) {
        long bits = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return bits ^ (bits >>> 31);
    }

    /** The generator's first number from a seed. */
    public static long first(long seed) {
        return mix(seed + GOLDEN);
    }
}
