package io.marft.actor.acting;

import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How agents run in one process.
 *
 * @param client the cluster
 * @param team the team whose turns they take; turns of another team become dead letters
 * @param agents the agents' names; an empty list stands for the whole team, as its versions on the log say
 * @param instance this process's name among those that run the same agents
 * @param batchLimit the most turns of an agent that are answered at once; each is answered with the adapter that is in service
 *     when it begins
 * @param linger how long an answer waits for others to be committed with it
 */
public record AgentSettings(
        ClientSettings client, String team, List<String> agents, String instance, int batchLimit, Duration linger) {

    private static final Duration MOST_LINGER = Duration.ofSeconds(1);

    /** @throws IllegalArgumentException if a name is blank or given twice, or a number is out of its range */
    public AgentSettings {
        agents = List.copyOf(agents);
        if (Set.copyOf(agents).size() < agents.size()) {
            throw new IllegalArgumentException("agents must be named each once, got: " + agents);
        }
        if (team.isBlank() || instance.isBlank()) {
            throw new IllegalArgumentException(
                    "agents need the names of their team and instance, got: '" + team + "' and '" + instance + "'");
        }
        if (batchLimit < 1) {
            throw new IllegalArgumentException("agents' batchLimit must be at least 1, got: " + batchLimit);
        }
        if (linger.isNegative() || linger.compareTo(MOST_LINGER) > 0) {
            throw new IllegalArgumentException("agents' linger must be from 0 to " + MOST_LINGER + ", got: " + linger);
        }
    }

    /** Settings of the first instance, with up to 32 turns at once, and answers that wait 5 ms for others. */
    public AgentSettings(ClientSettings client, String team, List<String> agents) {
        this(client, team, agents, "0", 32, Duration.ofMillis(5));
    }
}
