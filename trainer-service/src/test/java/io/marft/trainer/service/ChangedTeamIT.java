package io.marft.trainer.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.AgentUpdate;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Update;
import io.marft.schemas.team.TeamFile;
import io.marft.testkit.TestCluster;
import io.marft.trainer.TrainerStack;
import io.marft.trainer.Trajectories;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.publish.Checkpoints;
import io.marft.trainer.replay.Replay;
import io.marft.trainer.replay.ReplayReport;
import io.marft.trainer.state.TrainingState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A team that changes while its trainer learns: one agent leaves, another joins. */
@Timeout(120)
final class ChangedTeamIT {

    private static final Team CHANGED = TeamFile.parse(
            """
            name: pair
            version: 2
            agents:
              - {name: third, profile: C., after: [first], answers: true, sampling: {maxNewTokens: 6}}
              - {name: first, profile: D., sampling: {maxNewTokens: 8}}
            """,
            "test");

    private static final Team HOTTER = TeamFile.parse(
            """
            name: pair
            version: 3
            agents:
              - {name: first, profile: D., answers: true, sampling: {temperature: 2, maxNewTokens: 8}}
            """,
            "test");

    @TempDir
    static Path directory;

    private static TestCluster cluster;
    private static LanguageModel model;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(1);
        model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 1), 1);
    }

    @AfterAll
    static void stop() {
        model.close();
        cluster.close();
    }

    private static List<Trajectory> episodes(Team team, int from, int to) {
        Adapter none = Adapter.none();
        return new Trajectories(
                        model, team, actions -> actions.get(0).getOutputTokens().get(0) > 50 ? 1 : 0)
                .play(from, to, 0, Map.of("first", none, "second", none, "third", none));
    }

    @Test
    void shouldLearnFromEveryVersionByItsOwnDAndRebuildAllOfItFromTheLog() {
        try (TrainerStack stack = new TrainerStack(cluster, "changed")) {
            stack.write(Topic.TEAMS, "pair", Trajectories.TEAM);
            stack.write(Topic.TEAMS, "pair", CHANGED);
            List<Update> updates = new ArrayList<>();
            try (TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
                stack.write(TrainerStack.episodes(model, 0, 6));
                stack.write(episodes(CHANGED, 6, 8));
                trainer.start();
                updates.addAll(stack.await(Topic.UPDATES, Update.class, 2));
            }
            TrainerSettings before = stack.trainer();
            TrainerSettings after =
                    new TrainerSettings(before.client(), CHANGED, before.configuration(), before.seed(), 2);
            try (TrainerService trainer = new TrainerService(model, after, "a")) {
                stack.write(Topic.TEAMS, "pair", HOTTER);
                stack.write(episodes(HOTTER, 8, 9));
                stack.write(episodes(CHANGED, 9, 13));
                trainer.start();
                updates = stack.await(Topic.UPDATES, Update.class, 3);
            }

            assertEquals(
                    List.of(1, 2, 2),
                    updates.stream().map(Update::getTeamVersion).toList());
            assertEquals(List.of("first", "second"), agents(updates.get(0)));
            assertEquals(List.of("first", "second", "third"), agents(updates.get(1)));
            assertEquals(
                    digest(updates.get(1), "second"),
                    digest(updates.get(2), "second"),
                    "an agent that has left keeps its adapter");
            assertEquals(
                    "is of team version 3, in which agent 'first' samples at temperature 2.0, but at 1.0 in version 2: its"
                            + " adapter is trained at one, so keep it or give the agent another name",
                    updates.get(2).getDropped().get(0).getReason());
            TrainingState state = Checkpoints.latest(stack.client(), "pair").orElseThrow();
            assertEquals(1, state.agents().get("third").since());

            ReplayReport report = new Replay(stack.client(), model, "pair", 1).run(one -> {});
            assertTrue(report.matches(), report::toString);
            assertEquals(3, report.recorded());
        }
    }

    private static List<String> agents(Update update) {
        return update.getAgents().stream().map(AgentUpdate::getAgent).sorted().toList();
    }

    private static String digest(Update update, String agent) {
        return update.getAgents().stream()
                .filter(one -> one.getAgent().equals(agent))
                .findFirst()
                .orElseThrow()
                .getDigest();
    }
}
