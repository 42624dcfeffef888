package io.marft.reward.verify;

/**
 * Judges an answer by a reference. Implementations are pure and thread-safe: the same texts get the same verdict for
 * ever, or the {@link #version()} changes. They answer at once, because the reward service waits for each verdict.
 *
 * @see Verifiers
 */
public interface Verifier {

    /** The name by which references ask for this verifier; no other verifier has it. */
    String name();

    /** The version of its rules; rewards carry it. */
    String version();

    /**
     * How right an answer is.
     *
     * @param answer all that the agent said
     * @param reference the answer key, in the form that this verifier expects
     * @return between 0, wrong, and 1, right
     */
    double verdict(String answer, String reference);
}
