package io.marft.environments.task;

import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Team;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * An episode that is to begin: one question to one team.
 *
 * @param id the episode's id, which no other ever has
 * @param team the team that is to act; the episode keeps its version
 * @param purpose what the episode is for
 * @param environment who asks
 * @param seed seed of the episode's sampling
 */
public record NewEpisode(String id, Team team, Purpose purpose, String environment, long seed) {

    /**
     * Checks that a team can be asked one question in each episode: no further observation of its environment is needed.
     *
     * @throws IllegalArgumentException if the team waits for its environment to open further steps
     */
    public static void requireOneQuestion(Team team) {
        if (team.getHorizon() != 1 && team.getRetry().isEmpty()) {
            throw new IllegalArgumentException(
                    "team " + team.getName() + " must have horizon 1, or a condition 'retry',"
                            + " to be asked one question in each episode, got: horizon " + team.getHorizon()
                            + " without 'retry'");
        }
    }

    /** An episode's id, such as {@code t-1a2b3c-000042}: the purpose's letter, the run and the index. */
    public static String id(Purpose purpose, String run, long index) {
        return String.format(
                Locale.ROOT, "%c-%s-%06d", Character.toLowerCase(purpose.name().charAt(0)), run, index);
    }

    /** The sampling seed at a place of a stream; the same for ever. */
    public static long seed(long stream, long index) {
        return new SplittableRandom(new SplittableRandom(stream).nextLong() ^ index).nextLong();
    }

    /** The observation that begins the episode; agents see it. */
    public Observation observation(String question) {
        return Observation.newBuilder()
                .setEpisode(id)
                .setStep(0)
                .setTeam(team.getName())
                .setTeamVersion(team.getVersion())
                .setPurpose(purpose)
                .setEnvironment(environment)
                .setMessages(List.of(new Message("user", question)))
                .setDone(false)
                .setSeed(seed)
                .setCreatedAt(now())
                .build();
    }

    /** The answer key for the reward service; agents never see it. */
    public Reference reference(Exercise exercise) {
        return new Reference(id, environment, exercise.verifier(), exercise.answer(), now());
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
