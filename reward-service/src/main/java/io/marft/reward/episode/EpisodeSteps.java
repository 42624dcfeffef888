package io.marft.reward.episode;

import io.marft.schemas.record.Observation;
import io.marft.schemas.team.ConditionException;
import io.marft.schemas.team.StepInput;
import io.marft.schemas.team.StepState;
import io.marft.schemas.team.TeamSteps;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An episode's steps, as far as its records tell: which have begun, how far each is, and where they end. Scoring and
 * assembly read the same records from the same topics, in whatever order they come, and both ask here; the rule itself is
 * {@link TeamSteps}, by which the router writes.
 *
 * <p>Immutable and pure. Looks at a handful of records anew with each question.
 */
public final class EpisodeSteps {

    /** What an agent said at a step; the part of an action that decides where steps end. */
    public record Said(int step, String agent, String text) {}

    private final KnownTeam team;
    private final List<Observation> observations;
    private final List<Said> said;

    /**
     * @param team the team that the episode keeps
     * @param observations the episode's observations, in the order in which they came
     * @param said what the team's agents said, at most once each at a step; actions of any other team are left out
     */
    public EpisodeSteps(KnownTeam team, List<Observation> observations, List<Said> said) {
        this.team = team;
        this.observations = observations;
        this.said = said;
    }

    /** The steps of an episode of which no record has come that names its team. */
    public static EpisodeSteps unbegun(KnownTeam team) {
        return new EpisodeSteps(team, List.of(), List.of());
    }

    /** Whether the team opens the steps behind the first one itself. */
    public boolean own() {
        return team.steps().own();
    }

    /** Whether a record of this version of a team may belong to the episode, which keeps the team that it began with. */
    public boolean keeps(String name, int version) {
        return team.team().getName().equals(name) && team.team().getVersion() == version;
    }

    /** The observation that opened a step; empty if it has not come. */
    public Optional<Observation> opening(int step) {
        return observations.stream()
                .filter(observation -> observation.getStep() == step && !observation.getDone())
                .findFirst();
    }

    /** What agents said at a step, by name. */
    public Map<String, String> texts(int step) {
        Map<String, String> texts = new HashMap<>();
        for (Said one : said) {
            if (one.step() == step) {
                texts.put(one.agent(), one.text());
            }
        }
        return texts;
    }

    /**
     * How far a step is.
     *
     * @return empty if the step has not begun, or a condition has no value for what was said
     */
    public Optional<StepState> state(int step) {
        Optional<Observation> opening = opening(step);
        if (opening.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(team.dependencies().state(StepInput.of(opening.get()), texts(step)));
        } catch (ConditionException e) {
            return Optional.empty();
        }
    }

    /**
     * The observation with done flag that ends the episode. A team's own counts once what its agents said bears it out, so
     * this may be empty at first and present later.
     */
    public Optional<Observation> ending() {
        return observations.stream()
                .filter(Observation::getDone)
                .filter(done -> team.steps().ends(done, texts(done.getStep() - 1)))
                .findFirst();
    }

    /** The number of steps that the episode has: up to {@link #ending}, or as long as there is none, to the horizon. */
    public int count() {
        return ending().map(Observation::getStep).orElse(team.team().getHorizon());
    }

    /**
     * Whether an observation says again what another said. Of a team's own step there may be two until actions tell which
     * the router wrote: one that opens it, and one that ends the episode before it.
     */
    public boolean has(Observation observation) {
        return observations.stream()
                .anyMatch(other -> other.getStep() == observation.getStep()
                        && !(own() && other.getDone() != observation.getDone()));
    }

    /**
     * Whether a further observation may be one with which the team goes on itself, from step 0's; never before that one has
     * come.
     */
    public boolean goOn(Observation observation) {
        return !observations.isEmpty() && TeamSteps.goesOn(observations.get(0), observation);
    }
}
