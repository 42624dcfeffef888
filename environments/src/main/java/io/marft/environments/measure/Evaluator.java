package io.marft.environments.measure;

import io.marft.environments.client.Publisher;
import io.marft.environments.client.Tail;
import io.marft.environments.task.Exercise;
import io.marft.environments.task.NewEpisode;
import io.marft.environments.task.Task;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Evaluation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Measures a team in service on held-out exercises: asks them all, waits for their trajectories, and publishes the result. The
 * running system answers them, so what is measured is what users get.
 */
public final class Evaluator {

    /**
     * How far a measurement is.
     *
     * @param problems how many exercises were asked
     * @param closed how many of their episodes are closed
     * @param correct how many of these were answered rightly
     */
    public record Progress(int problems, int closed, int correct) {}

    private final ClientSettings settings;
    private final Team team;
    private final Task task;

    /**
     * @param team the team in service, in the version to be measured
     * @throws IllegalArgumentException if it cannot be {@linkplain NewEpisode#requireOneQuestion asked one question}
     */
    public Evaluator(ClientSettings settings, Team team, Task task) {
        NewEpisode.requireOneQuestion(team);
        this.settings = settings;
        this.team = team;
        this.task = task;
    }

    /**
     * Measures, and writes the result to {@code evaluations}.
     *
     * @param name what is measured, for instance untuned or tuned
     * @param problems how many exercises to ask, at least 1
     * @param seed names the stream of held-out exercises and of the sampling; the same seed asks the same again
     * @param timeout how long to wait for all episodes to close
     * @param progress told whenever an episode closes, on the caller's thread
     * @return the record that was written; the accuracy is its {@code correct} divided by its {@code problems}
     * @throws EvaluationTimeoutException if episodes are open after the timeout
     */
    public Evaluation evaluate(String name, int problems, long seed, Duration timeout, Consumer<Progress> progress) {
        if (problems < 1) {
            throw new IllegalArgumentException("problems of an evaluation must be at least 1, got: " + problems);
        }
        Map<NewEpisode, Exercise> asked = new LinkedHashMap<>();
        String run = UUID.randomUUID().toString().substring(0, 8);
        for (long index = 0; index < problems; index++) {
            String id = NewEpisode.id(Purpose.EVALUATION, run, index);
            asked.put(
                    new NewEpisode(id, team, Purpose.EVALUATION, task.name(), NewEpisode.seed(seed, index)),
                    task.heldOut(seed, index));
        }
        Measurement measurement =
                new Measurement(asked.keySet().stream().map(NewEpisode::id).collect(Collectors.toSet()), team);
        try (Tail tail = new Tail(settings, Topic.TRAJECTORIES, Topic.DEAD_LETTERS);
                Publisher publisher = new Publisher(settings, settings.names().evaluator())) {
            asked.forEach((episode, exercise) -> {
                publisher.send(Topic.REFERENCES, episode.id(), episode.reference(exercise));
                publisher.send(Topic.OBSERVATIONS, episode.id(), episode.observation(exercise.question()));
            });
            publisher.flush();
            await(measurement, tail, name, problems, timeout, progress);
            Evaluation evaluation = evaluation(measurement, name, problems);
            publisher.send(Topic.EVALUATIONS, team.getName(), evaluation);
            publisher.flush();
            return evaluation;
        }
    }

    private void await(
            Measurement measurement,
            Tail tail,
            String name,
            int problems,
            Duration timeout,
            Consumer<Progress> progress) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Optional<String> rejected = Optional.empty();
        int reported = -1;
        while (!measurement.complete()) {
            if (System.nanoTime() - deadline > 0) {
                throw new EvaluationTimeoutException("evaluation '" + name + "': "
                        + (problems - measurement.closed()) + " of " + problems + " problems are open after "
                        + timeout.toSeconds() + " s: see that router, agents and reward services are running"
                        + rejected.map(reason -> " (a dead letter says: " + reason + ")")
                                .orElse(""));
            }
            for (ConsumerRecord<String, byte[]> record : tail.poll()) {
                tail.value(record, Topic.TRAJECTORIES, Trajectory.class).ifPresent(measurement::take);
                Optional<DeadLetter> letter = tail.value(record, Topic.DEAD_LETTERS, DeadLetter.class);
                if (letter.isPresent() && measurement.has(record.key())) {
                    rejected = letter.map(DeadLetter::getReason);
                }
            }
            if (measurement.closed() != reported) {
                reported = measurement.closed();
                progress.accept(new Progress(problems, reported, measurement.correct()));
            }
        }
    }

    private Evaluation evaluation(Measurement measurement, String name, int problems) {
        return Evaluation.newBuilder()
                .setTeam(team.getName())
                .setTeamVersion(team.getVersion())
                .setName(name)
                .setAdapterVersions(measurement.adapterVersions())
                .setEnvironment(task.name())
                .setProblems(problems)
                .setCorrect(measurement.correct())
                .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .build();
    }
}
