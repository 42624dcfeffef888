package io.marft.actor.routing;

import static io.marft.actor.Fixtures.NOW;
import static io.marft.actor.Fixtures.action;
import static io.marft.actor.Fixtures.observation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.Fixtures;
import io.marft.schemas.client.TeamStore.KnownTeam;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Turn;
import io.marft.schemas.team.DependencyFunction;
import io.marft.schemas.team.TeamException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Routes random teams, whose agents act in random orders, and holds the turns against a sequential interpreter. */
class RandomTeamsTest {

    /** A turn without what follows from it. */
    private record Decision(int step, String agent, List<String> heard) {}

    /** A condition in CEL and in Java: whether an agent that may have acted acted, or said a text that begins so. */
    private record Rule(String agent, char first) {

        String source() {
            return first == '?'
                    ? "!has(actions." + agent + ")"
                    : "has(actions." + agent + ") && actions." + agent + ".startsWith('" + first + "')";
        }

        boolean holds(Map<String, String> texts) {
            return first == '?'
                    ? !texts.containsKey(agent)
                    : texts.getOrDefault(agent, "").startsWith("" + first);
        }
    }

    /** A team with its conditions in Java; where it has no {@code retry}, the environment opens every step. */
    private record Case(Team team, Map<String, Rule> when, Optional<Rule> retry) {

        static Case random(Random random) {
            int size = 2 + random.nextInt(7);
            Map<String, Rule> when = new TreeMap<>();
            List<TeamAgent> agents = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                List<String> after = new ArrayList<>();
                for (int j = 0; j < i; j++) {
                    if (random.nextInt(3) == 0) {
                        after.add("a" + j);
                    }
                }
                TeamAgent agent =
                        Fixtures.agent("a" + i, i == size - 1 || random.nextInt(4) == 0, after.toArray(new String[0]));
                if (!after.isEmpty() && random.nextInt(2) == 0) {
                    Rule rule = new Rule(after.get(random.nextInt(after.size())), "xyz?".charAt(random.nextInt(4)));
                    when.put(agent.getName(), rule);
                    agent = Fixtures.when(rule.source(), agent);
                }
                agents.add(random.nextInt(agents.size() + 1), agent);
            }
            int horizon = 1 + random.nextInt(5);
            Team team = Fixtures.team(horizon, agents.toArray(new TeamAgent[0]));
            if (horizon == 1 || random.nextInt(4) == 0) {
                return new Case(team, when, Optional.empty());
            }
            Rule retry = new Rule("a" + random.nextInt(size), "xyz?".charAt(random.nextInt(4)));
            return new Case(Fixtures.retrying(retry.source(), team), when, Optional.of(retry));
        }

        /** What an agent says at a step: its first letter is what conditions look at. */
        static String says(int seed, int step, String agent) {
            return "xyz".charAt(Math.floorMod((seed * 31 + step) * 31 + agent.hashCode() * 7, 3)) + agent + step;
        }

        /** The decisions, one agent after the other in the order of their names, which is one of D's. */
        Set<Decision> interpret(int seed) {
            Set<Decision> decisions = new HashSet<>();
            boolean open = true;
            for (int step = 0; open && step < team.getHorizon(); step++) {
                Map<String, String> texts = new TreeMap<>();
                for (int i = 0; i < team.getAgents().size(); i++) {
                    String name = "a" + i;
                    Set<String> after = new HashSet<>();
                    team.getAgents().stream()
                            .filter(agent -> agent.getName().equals(name))
                            .forEach(agent -> after.addAll(agent.getAfter()));
                    if (!when.containsKey(name) || when.get(name).holds(texts)) {
                        List<String> heard = team.getAgents().stream()
                                .map(TeamAgent::getName)
                                .filter(other -> after.contains(other) && texts.containsKey(other))
                                .map(texts::get)
                                .toList();
                        decisions.add(new Decision(step, name, heard));
                        texts.put(name, says(seed, step, name));
                    }
                }
                open = retry.isEmpty() || retry.get().holds(texts);
            }
            return decisions;
        }
    }

    @Test
    void shouldGiveExactlyTheTurnsOfASequentialInterpreterInWhateverOrderAgentsAct() {
        int decisions = 0;
        int skips = 0;
        int retries = 0;
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Optional<Case> drawn = Optional.empty();
            while (drawn.isEmpty()) {
                drawn = checked(Case.random(random));
            }
            Case sample = drawn.get();
            List<Decision> routed = route(sample, seed, random);
            Set<Decision> expected = sample.interpret(seed);

            assertEquals(expected, new HashSet<>(routed), "seed " + seed + ": " + sample);
            assertEquals(expected.size(), routed.size(), "seed " + seed + ": a turn was given twice");
            decisions += routed.size();
            int steps = 1 + routed.stream().mapToInt(Decision::step).max().orElse(0);
            skips += steps * sample.team().getAgents().size() - routed.size();
            retries += sample.retry().isPresent() ? steps - 1 : 0;
        }
        assertTrue(
                decisions > 1000 && skips > 300 && retries > 50,
                "too little was tried: " + decisions + " decisions, " + skips + " skips, " + retries + " retries");
    }

    private static Optional<Case> checked(Case sample) {
        try {
            new DependencyFunction(sample.team());
            return Optional.of(sample);
        } catch (TeamException e) {
            return Optional.empty(); // The last agent may hear nobody.
        }
    }

    private static List<Decision> route(Case sample, int seed, Random random) {
        KnownTeam team = new KnownTeam(sample.team(), new DependencyFunction(sample.team()));
        Optional<OpenEpisode> episode = Optional.empty();
        List<Decision> routed = new ArrayList<>();
        List<Turn> pending = new ArrayList<>();
        List<Observation> observations = new ArrayList<>();
        int steps = sample.retry().isEmpty() ? sample.team().getHorizon() : 1;
        for (int step = 0; step < steps; step++) {
            observations.add(observation("e", step, "question"));
        }
        while (!pending.isEmpty() || !observations.isEmpty()) {
            boolean acts = observations.isEmpty() || (!pending.isEmpty() && random.nextInt(4) > 0);
            Routed outcome;
            if (acts) {
                Turn turn = pending.remove(random.nextInt(pending.size()));
                String text = Case.says(seed, turn.getStep(), turn.getAgent());
                outcome = EpisodeRouting.act(episode, action(turn, text), Optional.of(team), NOW);
            } else {
                outcome = EpisodeRouting.observe(episode, observations.remove(0), team, 0, NOW);
            }
            Routed.Moved moved = assertInstanceOf(Routed.Moved.class, outcome);
            episode = Optional.of(moved.episode());
            moved.next().ifPresent(observations::add);
            pending.addAll(moved.turns());
            for (Turn turn : moved.turns()) {
                List<String> heard = turn.getPredecessors().stream()
                        .map(PredecessorAction::getText)
                        .toList();
                routed.add(new Decision(turn.getStep(), turn.getAgent(), heard));
            }
        }
        assertEquals(List.of(), episode.orElseThrow().getSteps(), "every step is complete");
        assertTrue(episode.orElseThrow().getLast(), "the episode has ended");
        return routed;
    }
}
