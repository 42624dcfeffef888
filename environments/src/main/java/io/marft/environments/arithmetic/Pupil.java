package io.marft.environments.arithmetic;

/** The kinds of agents that the bundled model is pretrained to imitate. It knows each by its profile, the system prompt. */
public enum Pupil {
    /** Sees the question, writes the steps. */
    REASONER("Plan."),
    /** Sees the question and the reasoner's plan, computes, ends in {@code \boxed{n}}. */
    ACTOR("Solve."),
    /** Works alone: sees the question, computes, ends in {@code \boxed{n}}. */
    SOLO("Answer."),
    /** Sees the question, the reasoner's plan and the actor's work, says {@code ok} or {@code no}. */
    VERIFIER("Check."),
    /** Sees the question and the works of two that work alone, copies the {@code \boxed{n}} of one. */
    JUDGE("Judge.");

    private final String profile;

    Pupil(String profile) {
        this.profile = profile;
    }

    /** The system prompt. */
    public String profile() {
        return profile;
    }
}
