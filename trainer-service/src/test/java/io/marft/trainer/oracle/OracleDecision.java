package io.marft.trainer.oracle;

/**
 * One decision, with all that policies and critic say of it. Per token means {@code [tokens]}.
 *
 * @param step which step of its episode
 * @param agent whose, by its place in the declared order
 * @param reward r(k)
 * @param words how many words the action's text has
 * @param value V(k) at the start of the update
 * @param newValue V(k) under a critic that has moved on
 * @param tokenValues V before each token, at the start of the update
 * @param newTokenValues V before each token under a critic that has moved on
 * @param behaviour log-probability of each token under the policy that acted
 * @param proximal the same under π_old, the policy at the start of the update
 * @param current the same under π_θ
 * @param base the same under the base model
 * @param entropies of π_θ at each token, in nats
 */
public record OracleDecision(
        int step,
        int agent,
        double reward,
        int words,
        double value,
        double newValue,
        double[] tokenValues,
        double[] newTokenValues,
        double[] behaviour,
        double[] proximal,
        double[] current,
        double[] base,
        double[] entropies) {

    /** Number of the action's tokens. */
    public int tokens() {
        return current.length;
    }
}
