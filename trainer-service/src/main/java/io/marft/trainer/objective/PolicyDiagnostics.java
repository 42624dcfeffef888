package io.marft.trainer.objective;

/**
 * Sums of the policy objective's diagnostics over its units (actions, or at token level their tokens); their means are
 * what is reported. Sums, so that micro-batches can be added up.
 *
 * @param units how many actions, or tokens
 * @param loss sum of the units' whole losses: clipped surrogate, entropy bonus and divergence from the base
 * @param surrogate sum of −w·min(ρA, clip(ρ)A), the {@code losses/policy_loss}
 * @param entropy sum of entropies, {@code losses/entropy}
 * @param klBase sum of estimated divergences from the base, {@code losses/kl_base}
 * @param approxKl sum of ρ − 1 − log ρ, {@code losses/approx_kl}
 * @param clipped how many ratios lay outside of 1 ± ε, {@code losses/clipfrac}
 */
public record PolicyDiagnostics(
        int units, double loss, double surrogate, double entropy, double klBase, double approxKl, int clipped) {

    /** Of nothing. */
    public static final PolicyDiagnostics NONE = new PolicyDiagnostics(0, 0, 0, 0, 0, 0, 0);

    /** Of these units and others together. */
    public PolicyDiagnostics plus(PolicyDiagnostics other) {
        return new PolicyDiagnostics(
                units + other.units,
                loss + other.loss,
                surrogate + other.surrogate,
                entropy + other.entropy,
                klBase + other.klBase,
                approxKl + other.approxKl,
                clipped + other.clipped);
    }

    /** Estimated KL(π_old ‖ π_θ): the mean over units of ρ − 1 − log ρ. */
    public double meanApproxKl() {
        return approxKl / units;
    }
}
