package io.marft.streaming.provision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.catalogue.TopicSetting;
import io.marft.streaming.provision.ClusterTopics.Found;
import io.marft.streaming.provision.TopicPromises.Broken;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class TopicPromisesTest {

    private static final TopicNames NAMES = new TopicNames("m");
    private static final TopicPromises PROMISES = new TopicPromises(NAMES, "kafka:9092");

    private static Found topic(Topic topic, int partitions, int replicas, Map<String, String> other) {
        Map<String, String> settings = new HashMap<>();
        for (TopicSetting setting : TopicSetting.values()) {
            settings.put(setting.key(), setting.value(topic, replicas));
        }
        settings.putAll(other);
        return new Found(NAMES.of(topic), Uuid.ZERO_UUID, partitions, replicas, settings);
    }

    private static List<Broken> broken(Topic topic, int replicas, Map<String, String> other) {
        return PROMISES.broken(List.of(topic(topic, topic.partitioned() ? 4 : 1, replicas, other)), 4);
    }

    @Test
    void shouldFindNothingWhereTopicsAreAsTheyAreMade() {
        for (Topic topic : Topic.values()) {
            if (topic != Topic.TURNS) {
                assertEquals(List.of(), broken(topic, 3, Map.of()));
            }
        }
    }

    @Test
    void shouldTakeMoreThanWasPromised() {
        assertEquals(
                List.of(),
                broken(
                        Topic.OBSERVATIONS,
                        5,
                        Map.of("retention.ms", "-1", "max.message.bytes", "9000000", "min.insync.replicas", "3")));
        assertEquals(List.of(), broken(Topic.UPDATES, 1, Map.of("message.timestamp.type", "LogAppendTime")));
        assertEquals(List.of(), broken(Topic.CHECKPOINTS, 1, Map.of("retention.ms", "1000", "retention.bytes", "1")));
    }

    @Test
    void shouldCountWhatIsNotToldAsKept() {
        Found silent = new Found(NAMES.of(Topic.UPDATES), Uuid.ZERO_UUID, 1, 3, Map.of());

        assertEquals(List.of(), PROMISES.broken(List.of(silent), 4));
    }

    @Test
    void shouldTellTheLossOfWhatIsKeptForEverFromTheRest() {
        assertEquals(
                List.of(true),
                broken(Topic.TRAJECTORIES, 1, Map.of("retention.bytes", "5")).stream()
                        .map(Broken::grave)
                        .toList());
        assertEquals(
                List.of(true),
                broken(Topic.CHECKPOINTS, 1, Map.of("cleanup.policy", "compact,delete")).stream()
                        .map(Broken::grave)
                        .toList());
        assertEquals(
                List.of(false),
                broken(Topic.ACTIONS, 1, Map.of("retention.ms", "3600000")).stream()
                        .map(Broken::grave)
                        .toList());
    }

    @Test
    void shouldSayInOneLineWhatATopicMustHaveAndWhatMendsIt() {
        assertEquals(
                "topic m.rewards has message.timestamp.type=CreateTime, min.insync.replicas=1, but the catalogue promises"
                        + " message.timestamp.type=LogAppendTime, min.insync.replicas=2: mend it with `marft provision"
                        + " --mend`, or with kafka-configs.sh --bootstrap-server kafka:9092 --alter --topic m.rewards"
                        + " --add-config message.timestamp.type=LogAppendTime,min.insync.replicas=2",
                broken(Topic.REWARDS, 3, Map.of("message.timestamp.type", "CreateTime", "min.insync.replicas", "1"))
                        .get(0)
                        .line());
    }

    @Test
    void shouldTakeForGrownWhatHasMorePartitionsThanItsPeers() {
        List<Found> found = List.of(
                topic(Topic.OBSERVATIONS, 6, 1, Map.of()),
                topic(Topic.ACTIONS, 4, 1, Map.of()),
                topic(Topic.UPDATES, 1, 1, Map.of()));

        assertEquals(4, PROMISES.usualPartitions(found));
        assertEquals(
                List.of("m.observations"),
                PROMISES.broken(found, 4).stream().map(Broken::topic).toList());
    }
}
