package io.marft.schemas.team;

import io.marft.schemas.record.Observation;
import java.time.Instant;

/**
 * The observations by which a team that names {@code retry} goes on itself: who writes them and who reads them must agree
 * on what they are, so that no other observation opens or ends a step of such a team.
 */
public final class OwnSteps {

    private OwnSteps() {}

    /** The observation after a complete step: of the same messages, or the end. */
    public static Observation next(Observation observation, boolean retries, Instant now) {
        return Observation.newBuilder(observation)
                .setStep(observation.getStep() + 1)
                .setDone(!retries)
                .setCreatedAt(now)
                .build();
    }

    /** Whether an observation may go on from another: it differs in nothing but its step, its done flag and its time. */
    public static boolean goesOn(Observation from, Observation observation) {
        return from.equals(Observation.newBuilder(observation)
                .setStep(from.getStep())
                .setDone(from.getDone())
                .setCreatedAt(from.getCreatedAt())
                .build());
    }
}
