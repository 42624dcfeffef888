package io.marft.testkit.verify;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Turn;
import io.marft.schemas.record.Update;
import io.marft.streaming.connect.ClientSettings;
import io.marft.testkit.Log;
import io.marft.testkit.Log.Placed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * All that a deployment's topics hold once everything has come to rest. {@link Verifier} judges by this and nothing else.
 *
 * @param team the team whose training is looked at
 * @param committed by partition of the trajectories the offset that the team's trainer has committed
 */
public record History(
        String team,
        List<Placed<Team>> teams,
        List<Placed<Observation>> observations,
        List<Placed<Reference>> references,
        List<Placed<Turn>> turns,
        List<Placed<Action>> actions,
        List<Placed<Reward>> rewards,
        List<Placed<Trajectory>> trajectories,
        List<Placed<Update>> updates,
        List<Placed<AdapterManifest>> adapters,
        List<Placed<DeadLetter>> deadLetters,
        Map<Integer, Long> committed) {

    /** Reads all committed records of a deployment, and its trainer's committed offsets. */
    public static History read(ClientSettings client, String team) {
        Log log = new Log(client);
        List<Placed<Team>> teams = log.placed(Topic.TEAMS, Team.class);
        Set<String> topics = new TreeSet<>();
        for (Placed<Team> placed : teams) {
            for (TeamAgent agent : placed.value().getAgents()) {
                topics.add(client.topics().turns(placed.value().getName(), agent.getName()));
            }
        }
        List<Placed<Turn>> turns = new ArrayList<>();
        topics.forEach(topic -> turns.addAll(log.placed(topic, Turn.class)));
        return new History(
                team,
                teams,
                log.placed(Topic.OBSERVATIONS, Observation.class),
                log.placed(Topic.REFERENCES, Reference.class),
                turns,
                log.placed(Topic.ACTIONS, Action.class),
                log.placed(Topic.REWARDS, Reward.class),
                log.placed(Topic.TRAJECTORIES, Trajectory.class),
                log.placed(Topic.UPDATES, Update.class),
                log.placed(Topic.ADAPTERS, AdapterManifest.class),
                log.placed(Topic.DEAD_LETTERS, DeadLetter.class),
                // Spelled out: a verifier takes no name from the code that it judges.
                log.committed(client.prefix() + ".trainer." + team, Topic.TRAJECTORIES));
    }
}
