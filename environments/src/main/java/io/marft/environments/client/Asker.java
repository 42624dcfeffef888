package io.marft.environments.client;

import io.marft.environments.task.NewEpisode;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Asks a team in service one question of a person. The question has no reference, and nothing is learned from it. */
public final class Asker {

    /** How a question ended. */
    public sealed interface Outcome {}

    /** The episode came to its end; its actions are in the order in which they came. */
    public record Answered(List<Action> actions) implements Outcome {}

    /** A service refused the question or a turn of it; the dead letter says why. */
    public record Refused(DeadLetter letter) implements Outcome {}

    /** Time ran out; some actions may have come. */
    public record Unanswered(List<Action> actions) implements Outcome {}

    /** Tells an action from all others of its episode: an agent acts once in a step. */
    private record Decision(int step, String agent) {}

    private final ClientSettings settings;
    private final Team team;

    /**
     * @param team the team in service, in the version that is to answer
     * @throws IllegalArgumentException if it cannot be {@linkplain NewEpisode#requireOneQuestion asked one question}
     */
    public Asker(ClientSettings settings, Team team) {
        NewEpisode.requireOneQuestion(team);
        this.settings = settings;
        this.team = team;
    }

    /**
     * Asks and waits.
     *
     * @param timeout how long to wait for the end of the episode
     * @param onAction told of each agent's action as it comes, on the caller's thread
     */
    public Outcome ask(String question, Duration timeout, Consumer<Action> onAction) {
        UUID unique = UUID.randomUUID();
        String run = unique.toString().replace("-", "").substring(0, 16);
        NewEpisode episode = new NewEpisode(
                NewEpisode.id(Purpose.QUESTION, run, 0),
                team,
                Purpose.QUESTION,
                "ask",
                unique.getLeastSignificantBits());
        Map<Decision, Action> actions = new LinkedHashMap<>();
        Consumer<Action> take = action -> {
            if (actions.putIfAbsent(new Decision(action.getStep(), action.getAgent()), action) == null) {
                onAction.accept(action);
            }
        };
        long deadline = System.nanoTime() + timeout.toNanos();
        try (Tail tail = new Tail(settings, Topic.ACTIONS, Topic.TRAJECTORIES, Topic.DEAD_LETTERS);
                Publisher publisher = new Publisher(settings, settings.names().asker())) {
            publisher.send(Topic.OBSERVATIONS, episode.id(), episode.observation(question));
            publisher.flush();
            while (System.nanoTime() - deadline < 0) {
                for (ConsumerRecord<String, byte[]> record : tail.poll()) {
                    if (episode.id().equals(record.key())) {
                        Optional<DeadLetter> letter = tail.value(record, Topic.DEAD_LETTERS, DeadLetter.class);
                        if (letter.isPresent()) {
                            return new Refused(letter.get());
                        }
                        tail.value(record, Topic.ACTIONS, Action.class).ifPresent(take);
                        Optional<Trajectory> trajectory = tail.value(record, Topic.TRAJECTORIES, Trajectory.class);
                        if (trajectory.isPresent()) {
                            // It may be here before actions, which come from another topic.
                            trajectory.get().getSteps().forEach(step -> step.getActions()
                                    .forEach(take));
                            List<Action> all = List.copyOf(actions.values());
                            return trajectory.get().getClosure() == Closure.TIMED_OUT
                                    ? new Unanswered(all)
                                    : new Answered(all);
                        }
                    }
                }
            }
        }
        return new Unanswered(List.copyOf(actions.values()));
    }
}
