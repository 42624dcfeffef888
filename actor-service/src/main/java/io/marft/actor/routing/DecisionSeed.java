package io.marft.actor.routing;

import io.marft.schemas.digest.SplitMix64;

/**
 * Derives each decision's seed from its episode's, so that a turn that is generated again samples the same way, and no
 * two decisions of an episode share their random numbers.
 */
final class DecisionSeed {

    private DecisionSeed() {}

    /** The seed of one agent's decision at one step of the episode with this seed. */
    static long of(long episodeSeed, int step, String agent) {
        long seed = SplitMix64.first(episodeSeed);
        seed = SplitMix64.mix(seed ^ (step + SplitMix64.GOLDEN));
        for (int i = 0; i < agent.length(); i++) {
            seed = SplitMix64.mix(seed ^ (agent.charAt(i) + SplitMix64.GOLDEN));
        }
        return seed;
    }
}
