package io.marft.schemas.team;

import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.util.List;
import java.util.Optional;

/** What must stay as it is from one version of a running team to the next. */
public final class TeamChange {

    private TeamChange() {}

    /**
     * Why a version cannot follow others, in one line; empty if it can.
     *
     * @param earlier the versions before it, lowest first
     */
    public static Optional<String> refusal(List<Team> earlier, Team next) {
        return otherTemperature(earlier, next)
                .or(() -> earlier.isEmpty() ? Optional.empty() : otherSteps(earlier.get(earlier.size() - 1), next));
    }

    /**
     * Whether an agent would sample at another temperature. An agent is one policy, with one adapter, under all versions,
     * and learns from the probabilities that it acted with. Greedy agents, at temperature 0, are not trained.
     */
    public static Optional<String> otherTemperature(List<Team> earlier, Team next) {
        for (Team version : earlier) {
            for (TeamAgent was : version.getAgents()) {
                for (TeamAgent is : next.getAgents()) {
                    float before = was.getSampling().getTemperature();
                    float after = is.getSampling().getTemperature();
                    if (is.getName().equals(was.getName()) && before != after && before > 0 && after > 0) {
                        return Optional.of("agent '" + is.getName() + "' samples at temperature " + after
                                + ", but at " + before + " in version " + version.getVersion()
                                + ": its adapter is trained at one, so keep it or give the agent another name");
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Whether another would open the steps behind the first: environments rely on who does. */
    private static Optional<String> otherSteps(Team before, Team next) {
        boolean was = environmentOpensSteps(before);
        boolean is = environmentOpensSteps(next);
        if (was == is) {
            return Optional.empty();
        }
        return Optional.of("its environment would " + (is ? "have" : "no longer have")
                + " to open the steps behind the first (a horizon above 1 without 'retry'), unlike in version "
                + before.getVersion() + ": environments that feed the team rely on it, so give the team another name");
    }

    private static boolean environmentOpensSteps(Team team) {
        return team.getHorizon() > 1 && team.getRetry().isEmpty();
    }
}
