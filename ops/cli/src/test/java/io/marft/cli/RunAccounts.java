package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.client.ClientSettings;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.Update;
import io.marft.schemas.topic.Topic;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What must be true of any run's topics, whatever happened to its processes, counted after the run. */
final class RunAccounts {

    private final ClientSettings client;
    private final Team team;

    RunAccounts(ClientSettings client, Team team) {
        this.client = client;
        this.team = team;
    }

    /** Actions, rewards and trajectories agree, with exactly one action for each agent and step. */
    void assertTrajectoriesAgree() {
        Map<String, Action> actions = new HashMap<>();
        for (Action action : LogRecords.values(client, Topic.ACTIONS, Action.class)) {
            String decision = action.getEpisode() + "/" + action.getStep() + "/" + action.getAgent();
            assertEquals(null, actions.put(decision, action), "second action of " + decision);
        }
        Map<String, Reward> rewards = LogRecords.values(client, Topic.REWARDS, Reward.class).stream()
                .collect(Collectors.toMap(reward -> reward.getEpisode() + "/" + reward.getStep(), reward -> reward));
        List<String> agents = team.getAgents().stream().map(TeamAgent::getName).toList();
        Set<String> episodes = new HashSet<>();
        for (Trajectory trajectory : LogRecords.values(client, Topic.TRAJECTORIES, Trajectory.class)) {
            String episode = trajectory.getEpisode();
            assertTrue(episodes.add(episode), "second trajectory of " + episode);
            assertEquals(team.getHorizon(), trajectory.getSteps().size(), episode);
            for (Step step : trajectory.getSteps()) {
                assertEquals(
                        agents, step.getActions().stream().map(Action::getAgent).toList(), episode);
                for (Action action : step.getActions()) {
                    assertEquals(actions.get(episode + "/" + step.getStep() + "/" + action.getAgent()), action);
                }
                assertEquals(rewards.get(episode + "/" + step.getStep()), step.getReward(), episode);
            }
        }
        assertFalse(episodes.isEmpty());
    }

    /** Every training episode that was opened has its trajectory, and the stream of exercises has no gap. */
    void assertNoEpisodeIsLost() {
        Set<String> opened = LogRecords.values(client, Topic.OBSERVATIONS, Observation.class).stream()
                .filter(observation -> observation.getPurpose() == Purpose.TRAINING)
                .map(Observation::getEpisode)
                .collect(Collectors.toSet());
        Set<String> closed = LogRecords.values(client, Topic.TRAJECTORIES, Trajectory.class).stream()
                .filter(trajectory -> trajectory.getPurpose() == Purpose.TRAINING)
                .map(Trajectory::getEpisode)
                .collect(Collectors.toSet());
        assertEquals(opened, closed);
        Set<Integer> indices = opened.stream()
                .map(episode -> Integer.parseInt(episode.substring(episode.lastIndexOf('-') + 1)))
                .collect(Collectors.toSet());
        assertEquals(opened.size(), indices.size());
        assertEquals(opened.size() - 1, indices.stream().mapToInt(i -> i).max().orElseThrow());
    }

    /** No trajectory is trained twice, and none is passed over without a word. */
    void assertEveryTrajectoryIsAccountedForOnce() {
        Map<String, String> places = LogRecords.placed(client, Topic.TRAJECTORIES, Trajectory.class).stream()
                .filter(record -> record.value().getPurpose() == Purpose.TRAINING)
                .collect(Collectors.toMap(record -> record.partition() + "@" + record.offset(), record -> record.value()
                        .getEpisode()));
        Map<Integer, Long> furthest = new HashMap<>();
        Set<String> accounted = new HashSet<>();
        long number = 0;
        for (Update update : LogRecords.values(client, Topic.UPDATES, Update.class)) {
            assertEquals(++number, update.getUpdate());
            for (TrajectoryOffset input : update.getInputs()) {
                account(input.getPartition(), input.getOffset(), input.getEpisode(), places, accounted, furthest);
            }
            for (DroppedTrajectory dropped : update.getDropped()) {
                account(dropped.getPartition(), dropped.getOffset(), dropped.getEpisode(), places, accounted, furthest);
            }
        }
        assertTrue(number > 0);
        LogRecords.placed(client, Topic.TRAJECTORIES, Trajectory.class).stream()
                .filter(record -> record.value().getPurpose() == Purpose.TRAINING)
                .filter(record -> record.offset() <= furthest.getOrDefault(record.partition(), -1L))
                .forEach(record -> assertTrue(
                        accounted.contains(record.partition() + "@" + record.offset()),
                        () -> record.value().getEpisode() + " was passed over"));
    }

    private static void account(
            int partition,
            long offset,
            String episode,
            Map<String, String> places,
            Set<String> accounted,
            Map<Integer, Long> furthest) {
        String place = partition + "@" + offset;
        assertTrue(accounted.add(place), () -> episode + " is accounted for twice");
        assertEquals(episode, places.get(place));
        furthest.merge(partition, offset, Math::max);
    }
}
