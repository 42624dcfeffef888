package io.marft.actor.routing;

import static io.marft.actor.routing.RandomTeam.AGENTS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.Fixtures;
import io.marft.actor.routing.RandomTeam.Decision;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Turn;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Routes episodes of 1,000 random teams through the router's topology, several at a time, with agents that act in random
 * orders, and holds the turns against a sequential interpreter. Teams come in pairs, as two versions of one name.
 */
class RandomTeamsTest {

    private static final int TEAMS = 1000;
    private static final int TOGETHER = 4;
    private static final int EPISODES_EACH = 2;

    /** An episode on its way; its environment writes what is left of its observations, in order. */
    private record Playing(RandomTeam team, int seed, Deque<Observation> left, List<Decision> routed) {

        static Playing begin(RandomTeam of, int seed) {
            Team team = of.team();
            int steps = of.retry().isEmpty() ? team.getHorizon() : 1;
            Deque<Observation> left = new ArrayDeque<>();
            for (int step = 0; step < steps; step++) {
                left.add(Observation.newBuilder(Fixtures.observation("e" + seed, step, "question"))
                        .setTeam(team.getName())
                        .setTeamVersion(team.getVersion())
                        .build());
            }
            return new Playing(of, seed, left, new ArrayList<>());
        }
    }

    private RouterHarness kafka;
    private int decisions;
    private int skips;
    private int retries;

    /** Two versions of each team follow each other. */
    private static String name(int draw) {
        return "team" + draw / 2;
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        List<String> teams = IntStream.range(0, TEAMS)
                .mapToObj(RandomTeamsTest::name)
                .distinct()
                .toList();
        kafka = new RouterHarness(directory, teams, AGENTS);
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void shouldGiveExactlyTheTurnsOfASequentialInterpreterInWhateverOrderAgentsAct() {
        for (int first = 0; first < TEAMS; first += TOGETHER) {
            Map<String, Playing> episodes = new TreeMap<>();
            Random random = new Random(first);
            for (int t = first; t < first + TOGETHER; t++) {
                RandomTeam team = RandomTeam.draw(name(t), 1 + t % 2, random);
                kafka.write(team.team());
                for (int e = 0; e < EPISODES_EACH; e++) {
                    int seed = EPISODES_EACH * t + e;
                    episodes.put("e" + seed, Playing.begin(team, seed));
                }
            }
            play(episodes, random);
            episodes.values().forEach(this::check);
            assertEquals(List.of(), kafka.reasons());
        }
        assertTrue(
                decisions > 10_000 && skips > 2_000 && retries > 300,
                "too little was tried: " + decisions + " decisions, " + skips + " skips, " + retries + " retries");
    }

    /** Lets one of all things that may happen next happen, until nothing is left: an observation, or an agent's action. */
    private void play(Map<String, Playing> episodes, Random random) {
        List<Turn> turns = new ArrayList<>();
        List<Playing> waiting = new ArrayList<>(episodes.values());
        Map<String, Set<String>> agents = new TreeMap<>();
        for (Playing playing : waiting) {
            Team team = playing.team().team();
            team.getAgents().forEach(agent -> agents.computeIfAbsent(team.getName(), first -> new TreeSet<>())
                    .add(agent.getName()));
        }
        while (!turns.isEmpty() || !waiting.isEmpty()) {
            if (waiting.isEmpty() || (!turns.isEmpty() && random.nextInt(4) > 0)) {
                Turn turn = turns.remove(random.nextInt(turns.size()));
                kafka.write(action(turn, episodes.get(turn.getEpisode()).seed()));
            } else {
                Playing next = waiting.get(random.nextInt(waiting.size()));
                kafka.write(next.left().remove());
                waiting.removeIf(playing -> playing.left().isEmpty());
            }
            for (String team : agents.keySet()) {
                for (String agent : agents.get(team)) {
                    for (Turn turn : kafka.turns(team, agent)) {
                        assertEquals(List.of(team, agent), List.of(turn.getTeam(), turn.getAgent()));
                        episodes.get(turn.getEpisode()).routed().add(decision(turn));
                        turns.add(turn);
                    }
                }
            }
        }
    }

    private static Action action(Turn turn, int seed) {
        String text = RandomTeam.says(seed, turn.getStep(), turn.getAgent());
        return Action.newBuilder(Fixtures.action(turn, text))
                .setTeam(turn.getTeam())
                .setTeamVersion(turn.getTeamVersion())
                .build();
    }

    private static Decision decision(Turn turn) {
        return new Decision(
                turn.getStep(),
                turn.getAgent(),
                turn.getPredecessors().stream().map(PredecessorAction::getText).toList());
    }

    private void check(Playing playing) {
        List<Decision> routed = playing.routed();
        Set<Decision> expected = playing.team().interpret(playing.seed());
        assertEquals(expected, new HashSet<>(routed), "episode " + playing.seed() + ": " + playing.team());
        assertEquals(expected.size(), routed.size(), "episode " + playing.seed() + ": a turn was given twice");
        decisions += routed.size();
        int steps = 1 + routed.stream().mapToInt(Decision::step).max().orElse(0);
        skips += steps * playing.team().team().getAgents().size() - routed.size();
        retries += playing.team().retry().isPresent() ? steps - 1 : 0;
    }
}
