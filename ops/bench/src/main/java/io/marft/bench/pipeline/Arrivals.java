package io.marft.bench.pipeline;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.ThreadedService;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * When a reader of committed records saw each stage of each episode: every agent's turn and action, reward and
 * trajectory. Thread-safe; its thread runs from construction to close.
 */
final class Arrivals extends ThreadedService {

    private static final Duration POLL = Duration.ofMillis(100);

    private final ClientSettings client;
    private final LogReader reader;
    private final RecordCodec codec;
    private final Map<String, String> stageOfTopic = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Long>> seen = new ConcurrentHashMap<>();

    /** Begins at the topics' ends. */
    Arrivals(ClientSettings client, Team team) {
        super("bench-arrivals");
        this.client = client;
        this.codec = client.codec();
        TopicNames names = client.topics();
        for (TeamAgent agent : team.getAgents()) {
            stageOfTopic.put(names.turns(team.getName(), agent.getName()), turnOf(agent.getName()));
        }
        stageOfTopic.put(names.of(Topic.REWARDS), "reward");
        stageOfTopic.put(names.of(Topic.TRAJECTORIES), "trajectory");
        List<String> topics = new ArrayList<>(stageOfTopic.keySet());
        topics.add(names.of(Topic.ACTIONS));
        this.reader = LogReader.atEnd(client, topics);
        start();
    }

    /** The names of the stages in their usual order. */
    static List<String> stages(Team team) {
        List<String> stages = new ArrayList<>();
        for (TeamAgent agent : team.getAgents()) {
            stages.add(turnOf(agent.getName()));
            stages.add(actionOf(agent.getName()));
        }
        stages.add("reward");
        stages.add("trajectory");
        return stages;
    }

    static String turnOf(String agent) {
        return "turn of " + agent;
    }

    static String actionOf(String agent) {
        return "action of " + agent;
    }

    /** When an episode came to a stage, by {@link System#nanoTime}; empty if it has not. */
    Optional<Long> nanos(String episode, String stage) {
        return Optional.ofNullable(seen.getOrDefault(episode, Map.of()).get(stage));
    }

    @Override
    protected void work() {
        while (!stop().isMade()) {
            for (ConsumerRecord<String, byte[]> record : reader.poll(POLL)) {
                long now = System.nanoTime();
                stage(record).ifPresent(stage -> seen.computeIfAbsent(record.key(), key -> new ConcurrentHashMap<>())
                        .putIfAbsent(stage, now));
            }
        }
    }

    @Override
    protected void release() {
        reader.close();
        codec.close();
    }

    private Optional<String> stage(ConsumerRecord<String, byte[]> record) {
        if (!record.topic().equals(client.topics().of(Topic.ACTIONS))) {
            return Optional.of(stageOfTopic.get(record.topic()));
        }
        return codec.decode(record.topic(), record.value(), Action.class) instanceof Decoded.Valid<Action> action
                ? Optional.of(actionOf(action.value().getAgent()))
                : Optional.empty();
    }
}
