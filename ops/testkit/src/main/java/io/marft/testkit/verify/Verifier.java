package io.marft.testkit.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * Recomputes, from the topics alone, what a deployment must have done, and says where it did something else: which turns and
 * actions there must be by each team's D, which rewards, which trajectories, and that each trajectory went into exactly
 * one update or is recorded as dropped. It judges every test that breaks things, so it shares no code with the services;
 * only the verdict on an answer comes from whoever uses it ({@link Scoring}). A dead letter is a finding, too.
 *
 * <p>Everything must have come to rest: an episode that is still open is a finding. Immutable.
 */
public final class Verifier {

    /** How right an answer is, by a reference: the verdict that the verifier of that name must have given. */
    @FunctionalInterface
    public interface Scoring {
        double verdict(String verifier, String answer, String reference);
    }

    /**
     * What was found.
     *
     * @param findings a line for each record that is missing, double, too many or wrong; empty if all is well
     * @param episodes how many episodes closed, of whatever purpose
     * @param actions how many actions there are
     * @param updates how many updates of all teams there are
     * @param trained how many trajectories updates of the team learned from
     * @param dropped how many they passed over
     * @param waiting how many of the team's training trajectories no update has reached yet
     */
    public record Report(
            List<String> findings, int episodes, int actions, int updates, int trained, int dropped, int waiting) {

        /** The figures in one line. */
        public String figures() {
            return episodes + " episodes, " + actions + " actions, " + updates + " updates; trajectories: " + trained
                    + " trained, " + dropped + " dropped, " + waiting + " waiting; findings: " + findings.size();
        }
    }

    private final Scoring scoring;

    /** @param scoring judges answers once more */
    public Verifier(Scoring scoring) {
        this.scoring = scoring;
    }

    /** Judges a history. */
    public Report verify(History history) {
        List<String> findings = new ArrayList<>(new EpisodesCheck(history, scoring).findings());
        TrainingCheck training = new TrainingCheck(history);
        findings.addAll(training.findings());
        history.deadLetters()
                .forEach(letter -> findings.add("dead letter " + Comparison.place(letter) + ": of "
                        + letter.value().getTopic() + " " + letter.value().getPartition() + "@"
                        + letter.value().getOffset() + ", by " + letter.value().getService() + ": "
                        + letter.value().getReason()));
        return new Report(
                List.copyOf(findings),
                history.trajectories().size(),
                history.actions().size(),
                training.updates(),
                training.trained(),
                training.dropped(),
                training.waiting());
    }
}
