package io.marft.experiment.game;

import io.marft.actor.routing.EpisodeRouting;
import io.marft.actor.routing.Routed;
import io.marft.reward.assemble.Assembly;
import io.marft.reward.score.Scoring;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AssemblyState;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.ScoringState;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Turn;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One episode under play: what router, scorer and assembler keep of it. Their decisions are the services' own pure
 * functions, and this is the only place that calls them; what topics do between services, it does by handing records on.
 */
final class OpenGame {

    private final KnownTeam team;
    private final Scoring scoring;
    private final Assembly assembly;
    private Optional<OpenEpisode> routed = Optional.empty();
    private Optional<ScoringState> scored = Optional.empty();
    private Optional<AssemblyState> assembled = Optional.empty();
    private Optional<Trajectory> trajectory = Optional.empty();

    OpenGame(KnownTeam team, Scoring scoring, Assembly assembly) {
        this.team = team;
        this.scoring = scoring;
        this.assembly = assembly;
    }

    /** The whole episode; empty until it is closed. */
    Optional<Trajectory> trajectory() {
        return trajectory;
    }

    /** The turns that a first observation makes due. */
    List<Turn> begin(Observation observation, Reference reference) {
        take(scoring.reference(scored, reference, Instant.now()));
        return observe(observation);
    }

    private List<Turn> observe(Observation observation) {
        take(assembly.observation(assembled, observation, Instant.now()));
        take(scoring.observation(scored, observation, Instant.now()));
        return moved(EpisodeRouting.observe(routed, observation, team, 0, Instant.now()));
    }

    /** The turns that an action makes due. */
    List<Turn> act(Action action) {
        take(assembly.action(assembled, action, Instant.now()));
        take(scoring.action(scored, action, Instant.now()));
        return moved(EpisodeRouting.act(routed, action, Optional.of(team), Instant.now()));
    }

    private List<Turn> moved(Routed outcome) {
        if (outcome instanceof Routed.Moved moved) {
            routed = Optional.of(moved.episode());
            List<Turn> due = new ArrayList<>(moved.turns());
            moved.next().ifPresent(next -> due.addAll(observe(next)));
            return due;
        }
        if (outcome instanceof Routed.Rejected rejected) {
            throw new IllegalStateException("routing refused a record: " + rejected.reason());
        }
        return List.of(); // As in the service the episode stays open: a condition has no value.
    }

    private void take(Scoring.Outcome outcome) {
        if (outcome instanceof Scoring.Accepted accepted) {
            scored = accepted.state();
            for (Reward reward : accepted.rewards()) {
                take(assembly.reward(assembled, reward, Instant.now()));
            }
        } else if (outcome instanceof Scoring.Rejected rejected) {
            throw new IllegalStateException("scoring refused a record: " + rejected.reason());
        }
    }

    private void take(Assembly.Outcome outcome) {
        if (outcome instanceof Assembly.Open open) {
            assembled = Optional.of(open.state());
        } else if (outcome instanceof Assembly.Closed closed) {
            assembled = Optional.empty();
            trajectory = Optional.of(closed.trajectory());
        } else if (outcome instanceof Assembly.Rejected rejected) {
            throw new IllegalStateException("assembly refused a record: " + rejected.reason());
        }
    }
}
