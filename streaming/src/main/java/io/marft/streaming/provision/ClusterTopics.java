package io.marft.streaming.provision;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicSetting;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.OpenTransaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * The topics of a cluster, as an administration client sees and changes them. All methods throw {@link KafkaException} where
 * the cluster refuses, or does not answer within ten seconds. Thread-safe.
 */
final class ClusterTopics implements AutoCloseable {

    private static final int ANSWER_MS = 10_000;
    private static final int REQUEST_MS = 5_000;

    private final Admin admin;

    /**
     * What a cluster says of a topic.
     *
     * @param id another one for each topic that is made, whatever its name
     * @param replicas the least of any partition
     * @param settings by Kafka's names; empty where the cluster does not tell them to this client
     */
    record Found(String name, Uuid id, int partitions, int replicas, Map<String, String> settings) {}

    ClusterTopics(ClientSettings client) {
        Map<String, Object> properties = client.admin();
        properties.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MS);
        properties.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MS);
        this.admin = Admin.create(properties);
    }

    /** The names of all topics that this client may see. */
    Set<String> names() {
        return get(admin.listTopics().names());
    }

    /** What the cluster says of those of the topics that it has. */
    Map<String, Found> find(Collection<String> names) {
        Map<String, TopicDescription> described = new TreeMap<>();
        admin.describeTopics(names).topicNameValues().forEach((name, answer) -> there(answer)
                .ifPresent(topic -> described.put(name, topic)));
        Map<String, Found> found = new TreeMap<>();
        Map<String, Map<String, String>> settings = settings(described.keySet());
        described.forEach((name, topic) -> found.put(
                name,
                new Found(
                        name,
                        topic.topicId(),
                        topic.partitions().size(),
                        topic.partitions().stream()
                                .mapToInt(partition -> partition.replicas().size())
                                .min()
                                .orElse(0),
                        settings.getOrDefault(name, Map.of()))));
        return found;
    }

    private static Optional<TopicDescription> there(KafkaFuture<TopicDescription> answer) {
        try {
            return Optional.of(get(answer));
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.empty();
        }
    }

    /** The settings of topics; of none where the cluster has no such request, or refuses it. */
    private Map<String, Map<String, String>> settings(Set<String> names) {
        Map<String, Map<String, String>> settings = new HashMap<>();
        admin.describeConfigs(names.stream().map(ClusterTopics::resource).toList())
                .values()
                .forEach((resource, answer) -> {
                    try {
                        settings.put(resource.name(), values(get(answer)));
                    } catch (AuthorizationException
                            | UnsupportedVersionException
                            | UnknownTopicOrPartitionException e) {
                        settings.put(resource.name(), Map.of());
                    }
                });
        return settings;
    }

    private static Map<String, String> values(Config config) {
        return config.entries().stream()
                .filter(entry -> entry.value() != null)
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }

    /** Makes a topic as the catalogue has it, if there is none of that name. */
    void create(String name, Topic topic, int partitions, short replication) {
        Map<String, String> settings = new HashMap<>();
        for (TopicSetting setting : TopicSetting.values()) {
            settings.put(setting.key(), setting.value(topic, replication));
        }
        NewTopic made = new NewTopic(name, partitions, replication).configs(settings);
        try {
            get(admin.createTopics(Set.of(made)).all());
        } catch (TopicExistsException e) {
            // As it should be.
        }
    }

    /** Gives a topic other settings, and leaves those that are not named. */
    void set(String name, Map<String, String> settings) {
        Collection<AlterConfigOp> changes = settings.entrySet().stream()
                .map(entry ->
                        new AlterConfigOp(new ConfigEntry(entry.getKey(), entry.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        get(admin.incrementalAlterConfigs(Map.of(resource(name), changes)).all());
    }

    /** Gives topics more partitions. */
    void grow(Collection<String> names, int partitions) {
        get(admin.createPartitions(names.stream()
                        .collect(Collectors.toMap(name -> name, name -> NewPartitions.increaseTo(partitions))))
                .all());
    }

    /** The transactions that hold readers of these topics up now, most of them for a moment only. */
    List<OpenTransaction> open(Collection<Found> topics) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (Found topic : topics) {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                partitions.add(new TopicPartition(topic.name(), partition));
            }
        }
        return OpenTransaction.find(admin, partitions);
    }

    /** Those of the groups that have members now, of those that this client may see. */
    Set<String> livingGroups(Collection<String> groups) {
        return get(admin.describeConsumerGroups(groups).all()).values().stream()
                .filter(group -> !group.members().isEmpty())
                .map(group -> group.groupId())
                .collect(Collectors.toSet());
    }

    /** The names of all consumer groups that this client may see. */
    Set<String> groups() {
        return get(admin.listGroups(ListGroupsOptions.forConsumerGroups()).all()).stream()
                .map(group -> group.groupId())
                .collect(Collectors.toSet());
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException error ? error : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e); // Interrupts the thread again.
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
