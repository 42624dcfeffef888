package io.marft.environments.feed;

import io.marft.environments.task.NewEpisode;
import io.marft.schemas.record.Team;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an environment feeds to whom. A team and a seed name a stream of exercises; a later run goes on where the one before
 * left the stream.
 *
 * @param team the team that is to act; it is asked one question in each episode. Episodes take its newest version on the log,
 *     or this one as long as there is none
 * @param seed names the stream of exercises
 * @param inFlight how many episodes may be open at a time
 * @param run part of episode ids: letters and digits; two streams must not share one
 * @param patience how long an episode may take before another takes its place; empty for the deadline of the team's version
 *     that the episode takes
 * @param maxUntrained how many closed episodes may wait for the trainer before the environment rests; 0 stands for any number
 */
public record EnvironmentSettings(
        Team team, long seed, int inFlight, String run, Optional<Duration> patience, int maxUntrained) {

    private static final Pattern RUN = Pattern.compile("[A-Za-z0-9]{1,32}");

    public EnvironmentSettings {
        NewEpisode.requireOneQuestion(team);
        if (inFlight < 1) {
            throw new IllegalArgumentException("inFlight must be at least 1, got: " + inFlight);
        }
        if (!RUN.matcher(run).matches()) {
            throw new IllegalArgumentException("run must be 1 to 32 letters and digits, got: '" + run + "'");
        }
        if (patience.isPresent()
                && (patience.get().isNegative() || patience.get().isZero())) {
            throw new IllegalArgumentException("patience must be longer than 0, got: " + patience.get());
        }
        if (maxUntrained < 0) {
            throw new IllegalArgumentException("maxUntrained must not be negative, got: " + maxUntrained);
        }
    }

    /** An environment that never rests. */
    public EnvironmentSettings(Team team, long seed, int inFlight, String run, Duration patience) {
        this(team, seed, inFlight, run, Optional.of(patience), 0);
    }

    /** An environment that never rests, with the stream's own run name and the patience of the team's deadline. */
    public EnvironmentSettings(Team team, long seed, int inFlight) {
        this(team, seed, inFlight, run(team, seed), Optional.empty(), 0);
    }

    /** How long an episode of this version of the team may take before another takes its place. */
    Duration patience(Team version) {
        return patience.orElse(Duration.ofMillis(version.getDeadlineMillis()));
    }

    /** The same with that number of closed episodes that may wait for the trainer. */
    public EnvironmentSettings withMaxUntrained(int episodes) {
        return new EnvironmentSettings(team, seed, inFlight, run, patience, episodes);
    }

    /** A run name that belongs to one stream: the same for ever. */
    public static String run(Team team, long seed) {
        int hash = 31 * team.getName().hashCode() + Long.hashCode(seed * 0x9e3779b97f4a7c15L);
        return String.format(Locale.ROOT, "%08x", hash);
    }
}
