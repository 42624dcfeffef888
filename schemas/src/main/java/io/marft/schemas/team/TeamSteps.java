package io.marft.schemas.team;

import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Team;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The one rule of where a team's episodes take steps and where they end. Routing acts by it; scoring and assembly, which
 * see the same records in another order, read by it.
 *
 * <p>An episode has at most {@code horizon} steps, numbered from 0. An observation without done flag opens a step; one
 * with it ends the episode before the step that it names. Who writes them differs:
 *
 * <ul>
 *   <li>The environment opens the steps of a team without {@code retry}. Its word counts as it stands.
 *   <li>A team with {@code retry} opens the steps behind the first one itself: once a step is complete, the router writes
 *       the same observation with the next step's number, done unless the condition is true. Anybody can write to the
 *       topic, so such an observation counts only if it {@linkplain #goesOn goes on} from step 0's, and an end only if
 *       what the agents said {@linkplain #ends bears it out}.
 * </ul>
 *
 * @param team the team, in one version
 * @param dependencies the same version's dependency function
 */
public record TeamSteps(Team team, DependencyFunction dependencies) {

    /** Whether the team opens the steps behind the first one itself, by {@code retry}. */
    public boolean own() {
        return dependencies.opensSteps();
    }

    /** Whether the horizon has a step of that number. */
    public boolean has(int step) {
        return step >= 0 && step < team.getHorizon();
    }

    /**
     * Whether an observation says something that the horizon does not: it opens one of its steps, or ends the episode
     * before one of them. An episode cannot end before step 0.
     */
    public boolean has(Observation observation) {
        return has(observation.getStep()) && !(observation.getDone() && observation.getStep() == 0);
    }

    /** Whether no observation may follow this one: it ends the episode, or the horizon has no further step. */
    public boolean isLast(Observation observation) {
        return observation.getDone() || observation.getStep() + 1 >= team.getHorizon();
    }

    /** Whether the team decides after this step if there is another. */
    public boolean decidesAfter(int step) {
        return own() && step + 1 < team.getHorizon();
    }

    /**
     * The observation with which the team goes on after a complete step: of the same messages, or done.
     *
     * @param observation the one that opened the step
     * @param texts what each agent said that acted in it, by name
     * @param now the new observation's time
     * @return empty if the environment opens steps, or the horizon has no further one
     * @throws ConditionException if {@code retry} has no value for these texts
     */
    public Optional<Observation> next(Observation observation, Map<String, String> texts, Instant now)
            throws ConditionException {
        if (!decidesAfter(observation.getStep())) {
            return Optional.empty();
        }
        return Optional.of(Observation.newBuilder(observation)
                .setStep(observation.getStep() + 1)
                .setDone(!dependencies.retries(StepInput.of(observation), texts))
                .setCreatedAt(now)
                .build());
    }

    /**
     * Whether an observation may be one with which a team goes on itself from another of the episode: they differ in
     * nothing but step, done flag and time.
     */
    public static boolean goesOn(Observation from, Observation observation) {
        return from.equals(Observation.newBuilder(observation)
                .setStep(from.getStep())
                .setDone(from.getDone())
                .setCreatedAt(from.getCreatedAt())
                .build());
    }

    /**
     * Whether an observation with done flag ends its episode. The environment's does; a team's own does if the step before
     * it is complete and {@code retry} is false.
     *
     * @param texts what each agent said that acted in the step before, by name
     */
    public boolean ends(Observation done, Map<String, String> texts) {
        return !own() || dependencies.ends(new StepInput(done.getStep() - 1, done.getMessages()), texts);
    }
}
