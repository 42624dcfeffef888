package io.marft.schemas.catalogue;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The names of the catalogue's topics under a prefix, so that several teams can share a cluster.
 *
 * @param prefix the first part of every name: letters, digits, dots, hyphens and underscores
 */
public record TopicNames(String prefix) {

    /** A team and an agent. Release 0.1.0 had turn topics of an agent alone, which nobody reads any more. */
    private static final Pattern OF_AGENT = Pattern.compile("[^.]+\\.[^.]+");

    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    public TopicNames {
        if (!LEGAL.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "topic prefix '" + prefix
                            + "' must be 1 to 100 letters, digits, dots, hyphens or underscores, starting with a letter or digit");
        }
    }

    /**
     * The full name of a topic.
     *
     * @throws IllegalArgumentException for {@link Topic#TURNS}, which has a name for each agent
     */
    public String of(Topic topic) {
        if (topic == Topic.TURNS) {
            throw new IllegalArgumentException("turns have one topic for each agent of a team: ask turns(team, agent)");
        }
        return prefix + "." + topic.suffix();
    }

    /** The name of an agent's own turn topic. Neither name has a dot in it, so no two agents share one. */
    public String turns(String team, String agent) {
        return allTurns() + team + "." + agent;
    }

    /** What the names of all turn topics begin with. */
    public String allTurns() {
        return prefix + "." + Topic.TURNS.suffix() + ".";
    }

    /** The catalogue's entry for a full topic name; empty if the name is not one of the catalogue's under this prefix. */
    public Optional<Topic> find(String name) {
        if (name.startsWith(allTurns())
                && OF_AGENT.matcher(name.substring(allTurns().length())).matches()) {
            return Optional.of(Topic.TURNS);
        }
        for (Topic topic : Topic.values()) {
            if (topic != Topic.TURNS && of(topic).equals(name)) {
                return Optional.of(topic);
            }
        }
        return Optional.empty();
    }
}
