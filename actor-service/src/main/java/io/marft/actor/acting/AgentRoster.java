package io.marft.actor.acting;

import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells which agents of a team have work: those of the newest version, and those of an older version as long as episodes on it
 * may be open. Such episodes are opened until whoever opens them has seen the next version, and they last for the older
 * version's deadline.
 */
final class AgentRoster {

    /** How long after a version is applied an episode may yet be opened on the one before it. */
    private static final Duration NOTICE = Duration.ofMinutes(1);

    private AgentRoster() {}

    /**
     * The agents that have work.
     *
     * @param versions the team's versions on the log, lowest first
     */
    static Set<String> at(Instant now, List<Team> versions) {
        Set<String> agents = new TreeSet<>();
        for (int i = 0; i < versions.size(); i++) {
            Team version = versions.get(i);
            boolean newest = i == versions.size() - 1;
            if (newest || now.isBefore(drained(version, versions.get(i + 1)))) {
                version.getAgents().stream().map(TeamAgent::getName).forEach(agents::add);
            }
        }
        return agents;
    }

    /** When the last episode on a version has ended, if another follows it. */
    private static Instant drained(Team version, Team next) {
        return next.getCreatedAt().plus(NOTICE).plusMillis(version.getDeadlineMillis());
    }
}
