package io.marft.actor.routing;

/**
 * Derives each decision's seed from its episode's, so that a turn that is generated again samples the same way, and no
 * two decisions of an episode share their random numbers.
 *
 * <p>The mixing step is the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014).
 */
final class DecisionSeed {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private DecisionSeed() {}

    /** The seed of one agent's decision at one step of the episode with this seed. */
    static long of(long episodeSeed, int step, String agent) {
        long seed = mix(episodeSeed + GOLDEN);
        seed = mix(seed ^ (step + GOLDEN));
        for (int i = 0; i < agent.length(); i++) {
            seed = mix(seed ^ (agent.charAt(i) + GOLDEN));
        }
        return seed;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
