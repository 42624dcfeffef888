package io.marft.schemas.catalogue;

/**
 * The metrics of a training update, by the names that the field's tools know. They are keys of the map {@code metrics} in
 * update records. A metric is added here, and computed where its figures are.
 */
public enum Metric {
    /** The policy objective's value, a mean over units. */
    POLICY_LOSS("losses/policy_loss"),
    /** The critic's loss, a mean over steps. */
    VALUE_LOSS("losses/value_loss"),
    /** The policy's entropy, a mean over units. */
    ENTROPY("losses/entropy"),
    /** Approximate KL to the policy at the start of the agent's turn: the mean of ρ − 1 − log ρ. */
    APPROX_KL("losses/approx_kl"),
    /** The share of units whose ratio was clipped. */
    CLIP_FRACTION("losses/clipfrac"),
    /** KL to the base model, estimated by k3. */
    KL_BASE("losses/kl_base"),
    /** 1 − Var(R − V) / Var(R). */
    EXPLAINED_VARIANCE("losses/explained_variance"),
    /** Mean reward of the batch's episodes. */
    EPISODIC_RETURN("charts/episodic_return"),
    /** Tokens learned from, by the seconds from the first input to the commit. */
    TOKENS_PER_SECOND("charts/tokens_per_second"),
    /** How many optimizer steps an agent took. */
    POLICY_STEPS("charts/policy_steps"),
    /** How many adapter versions an action lagged behind, on mean. */
    STALENESS("rollout/staleness"),
    /** KL between the trainer's and the agent's log-probabilities of one version. */
    MISMATCH_KL("rollout/mismatch_kl"),
    /** The norm of the gradient before it was clipped, a mean over steps; of an agent, see {@link #of}. */
    GRADIENT_NORM("grad_norm");

    /** What the critic's own gradient norm is called after. */
    public static final String CRITIC = "critic";

    private final String key;

    Metric(String key) {
        this.key = key;
    }

    /** The name in records. */
    public String key() {
        return key;
    }

    /** The name of a metric that an update has once for each part: {@code grad_norm/AGENT}, {@code grad_norm/critic}. */
    public String of(String part) {
        return key + "/" + part;
    }
}
