package io.marft.actor.routing;

import io.marft.actor.Fixtures;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
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

/**
 * A random team whose conditions are known in Java, too, and what it is to do.
 *
 * @param when the condition of each agent that has one; it may act in any step where it has none
 * @param retry where the team has none, the environment opens every step
 */
record RandomTeam(Team team, Map<String, Rule> when, Optional<Rule> retry) {

    /** The names that agents may have; their order is an order of D. */
    static final List<String> AGENTS = List.of("a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7");

    /** A turn without what follows from it. */
    record Decision(int step, String agent, List<String> heard) {}

    /** A condition: whether an agent that may have acted did not act ('?'), or said a text that begins so. */
    private record Rule(String agent, char first) {

        static Rule random(String agent, Random random) {
            return new Rule(agent, "xyz?".charAt(random.nextInt(4)));
        }

        String cel() {
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

    static RandomTeam draw(String name, int version, Random random) {
        RandomTeam drawn = tryToDraw(name, version, random);
        try {
            new DependencyFunction(drawn.team());
            return drawn;
        } catch (TeamException e) {
            return draw(name, version, random); // Nobody reached who answers.
        }
    }

    private static RandomTeam tryToDraw(String name, int version, Random random) {
        int size = 2 + random.nextInt(AGENTS.size() - 1);
        Map<String, Rule> when = new TreeMap<>();
        List<TeamAgent> agents = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            List<String> after = AGENTS.subList(0, i).stream()
                    .filter(a -> random.nextInt(3) == 0)
                    .toList();
            boolean answers = i == size - 1 || random.nextInt(4) == 0;
            TeamAgent agent = Fixtures.agent(AGENTS.get(i), answers, after.toArray(new String[0]));
            if (!after.isEmpty() && random.nextInt(2) == 0) {
                Rule rule = Rule.random(after.get(random.nextInt(after.size())), random);
                when.put(agent.getName(), rule);
                agent = Fixtures.when(rule.cel(), agent);
            }
            agents.add(random.nextInt(agents.size() + 1), agent);
        }
        int horizon = 1 + random.nextInt(5);
        Optional<Rule> retry = horizon == 1 || random.nextInt(4) == 0
                ? Optional.empty()
                : Optional.of(Rule.random(AGENTS.get(random.nextInt(size)), random));
        Team team = Team.newBuilder(Fixtures.team(horizon, agents.toArray(new TeamAgent[0])))
                .setName(name)
                .setVersion(version)
                .setRetry(retry.map(Rule::cel).orElse(""))
                .build();
        return new RandomTeam(team, when, retry);
    }

    /** What an agent says at a step: its first letter is what conditions look at. */
    static String says(int seed, int step, String agent) {
        return "xyz".charAt(Math.floorMod((seed * 31 + step) * 31 + agent.hashCode() * 7, 3)) + agent + step;
    }

    /** The sequential interpreter of D: all decisions of an episode, one agent after the other. */
    Set<Decision> interpret(int seed) {
        Set<Decision> decisions = new HashSet<>();
        boolean open = true;
        for (int step = 0; open && step < team.getHorizon(); step++) {
            Map<String, String> texts = new TreeMap<>();
            for (String name : AGENTS.subList(0, team.getAgents().size())) {
                if (!when.containsKey(name) || when.get(name).holds(texts)) {
                    decisions.add(new Decision(step, name, heard(name, texts)));
                    texts.put(name, says(seed, step, name));
                }
            }
            open = retry.isEmpty() || retry.get().holds(texts);
        }
        return decisions;
    }

    /** What an agent's predecessors said, in declared order. */
    private List<String> heard(String name, Map<String, String> texts) {
        List<String> after = team.getAgents().stream()
                .filter(agent -> agent.getName().equals(name))
                .flatMap(agent -> agent.getAfter().stream())
                .toList();
        return team.getAgents().stream()
                .map(TeamAgent::getName)
                .filter(other -> after.contains(other) && texts.containsKey(other))
                .map(texts::get)
                .toList();
    }
}
