package io.marft.trainer.replay;

import io.marft.policy.LanguageModel;
import io.marft.policy.checkpoint.CheckpointException;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.AgentUpdate;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Update;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogRecords;
import io.marft.streaming.log.TeamLog;
import io.marft.trainer.Require;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.batch.Reading;
import io.marft.trainer.batch.TeamReader;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import io.marft.trainer.publish.AdapterLog;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import io.marft.trainer.update.MarftUpdate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Proves a team's training from the log alone: starts from the initial state, fetches every update's trajectories from
 * where its record says they lie, computes the update again with the recorded configuration and seed, and compares every
 * digest. An adapter that was imported is taken from the log, as a trajectory is.
 *
 * <p>On the same class of CPU all of them are equal bit for bit, also where the run was killed and resumed in between.
 */
public final class Replay {

    private final ClientSettings client;
    private final LanguageModel model;
    private final String team;
    private final int threads;
    private final Map<Integer, Team> versions = new HashMap<>();

    /**
     * A replay of one team's training.
     *
     * @param model the base model that the run had
     * @param threads how many micro-batches are worked on at once; it changes no result
     */
    public Replay(ClientSettings client, LanguageModel model, String team, int threads) {
        Require.atLeastOne("threads", threads);
        this.client = client;
        this.model = model;
        this.team = team;
        this.threads = threads;
    }

    /** The log does not say what it should. */
    private static final class Difference extends Exception {

        private static final long serialVersionUID = 1L;

        Difference(String what) {
            super(what);
        }
    }

    /**
     * Replays all recorded updates up to the first that differs.
     *
     * @param progress told of each update as soon as it is replayed
     * @throws IllegalStateException if the log cannot be read
     */
    public ReplayReport run(Consumer<ReplayedUpdate> progress) {
        try (LogRecords log = new LogRecords(client)) {
            List<Update> updates = new ArrayList<>();
            log.forEach(client.topics().of(Topic.UPDATES), Update.class, update -> {
                boolean account = update.getAgents().isEmpty(); // Of what no update learned from.
                if (update.getTeam().equals(team) && !account) {
                    updates.add(update);
                }
            });
            TeamLog.read(client, team).forEach(version -> versions.put(version.getVersion(), version));
            return new ReplayReport(team, updates.size(), replay(log, updates, progress));
        }
    }

    private List<ReplayedUpdate> replay(LogRecords log, List<Update> updates, Consumer<ReplayedUpdate> progress) {
        List<ReplayedUpdate> replayed = new ArrayList<>();
        TrainingState state = null;
        for (Update update : updates) {
            Map<String, String> digests = new LinkedHashMap<>();
            String difference = "";
            try {
                Team version = versions.get(update.getTeamVersion());
                same("team version in the log", true, version != null);
                same("base model", update.getBaseModelDigest(), model.digest());
                TrainingConfiguration configuration =
                        TrainingFile.parse(update.getConfiguration(), "update " + update.getUpdate());
                if (state == null) {
                    state = TrainingState.initial(
                            model.digest(), model.config(), version, configuration, update.getSeed());
                }
                state = replay(log, update, version, configuration, state);
                state.agents()
                        .forEach((agent, after) ->
                                digests.put(agent, after.adapter().digest()));
                compare(update, digests, state);
            } catch (Difference e) {
                difference = e.getMessage();
            }
            ReplayedUpdate one =
                    new ReplayedUpdate(update.getUpdate(), update.getInputs().size(), Map.copyOf(digests), difference);
            replayed.add(one);
            progress.accept(one);
            if (!one.matches()) {
                break;
            }
        }
        return replayed;
    }

    private TrainingState replay(
            LogRecords log, Update update, Team version, TrainingConfiguration configuration, TrainingState state)
            throws Difference {
        same("update's number", update.getUpdate(), state.update() + 1);
        same("state before", update.getPreviousStateDigest(), StateBytes.digest(state));
        return update.getImported().isEmpty()
                ? learn(log, update, version, configuration, state)
                : imported(log, update, withAgentsOf(List.of(version), state, configuration, update));
    }

    private TrainingState learn(
            LogRecords log, Update update, Team version, TrainingConfiguration configuration, TrainingState state)
            throws Difference {
        TeamReader reader = new TeamReader(
                team, model, number -> Optional.ofNullable(versions.get(number)), unused -> Optional.empty());
        SortedSet<Integer> met = new TreeSet<>();
        List<Episode> episodes = new ArrayList<>();
        for (Trajectory trajectory : log.at(update.getTrajectoryTopic(), update.getInputs(), Trajectory.class)) {
            Reading reading = reader.read(trajectory, state.adapterVersions(), configuration.maxStaleness());
            if (!(reading instanceof Reading.Usable usable)) {
                throw new Difference("input " + trajectory.getEpisode() + " cannot be learned from: " + reading);
            }
            episodes.add(usable.episode());
            met.add(trajectory.getTeamVersion());
        }
        TrainingState joined = withAgentsOf(List.of(version), state, configuration, update);
        joined = withAgentsOf(met.stream().map(versions::get).toList(), joined, configuration, update);
        try (MarftUpdate marft = new MarftUpdate(model, threads)) {
            return marft.apply(joined, episodes, configuration, update.getSeed())
                    .state();
        }
    }

    private TrainingState withAgentsOf(
            List<Team> joining, TrainingState state, TrainingConfiguration configuration, Update update) {
        return state.withAgentsOf(joining, model.config(), configuration, update.getSeed());
    }

    /** What came from outside is an input, and lies on the log as the adapter that was published. */
    private TrainingState imported(LogRecords log, Update update, TrainingState state) throws Difference {
        String agent = update.getImported();
        try {
            return state.withImported(
                    agent,
                    new AdapterLog(log, client.topics(), team)
                            .version(agent, update.getUpdate())
                            .adapter());
        } catch (IllegalArgumentException | IllegalStateException | CheckpointException e) {
            throw new Difference(e.getMessage());
        }
    }

    private static void compare(Update update, Map<String, String> digests, TrainingState state) throws Difference {
        for (AgentUpdate agent : update.getAgents()) {
            same("adapter of agent '" + agent.getAgent() + "'", agent.getDigest(), digests.get(agent.getAgent()));
        }
        same("state after", update.getStateDigest(), StateBytes.digest(state));
    }

    private static void same(String what, Object recorded, Object computed) throws Difference {
        if (!Objects.equals(recorded, computed)) {
            throw new Difference(what + ": recorded " + recorded + ", replayed " + computed);
        }
    }
}
