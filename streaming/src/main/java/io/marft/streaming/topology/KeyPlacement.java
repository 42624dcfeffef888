package io.marft.streaming.topology;

import io.marft.schemas.wire.KeyText;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.utils.Utils;

/**
 * Whether records lie in the partition of their key, as Kafka's Java clients place keys: by murmur2. All records of an
 * episode meet in one partition only if all their writers place them so. Clients on librdkafka (C, Python, Go, .NET, Node)
 * do so only if they are told to.
 *
 * <p>Thread-safe. Asks the cluster for a topic's number of partitions once, and again for a record that lies elsewhere,
 * because partitions may have been added.
 */
public final class KeyPlacement {

    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    private record Known(int partitions, long asked) {}

    private final ToIntFunction<String> partitions;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /** @param partitions gives a topic's number of partitions */
    public KeyPlacement(ToIntFunction<String> partitions) {
        this.partitions = partitions;
    }

    /** By what the cluster says. */
    public static KeyPlacement on(ClientSettings client) {
        return new KeyPlacement(topic -> ask(client, topic));
    }

    private static int ask(ClientSettings client, String topic) {
        try (Admin admin = Admin.create(client.admin())) {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .size();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * Why a record does not lie where its key belongs, in one line with the mend; empty if it does.
     *
     * @throws KafkaException if the cluster cannot be asked
     */
    Optional<String> refuse(String topic, int partition, String key) {
        Known now = known.computeIfAbsent(topic, this::look);
        if (place(key, now) != partition && System.nanoTime() - now.asked() > ASK_AGAIN.toNanos()) {
            now = look(topic);
            known.put(topic, now);
        }
        int place = place(key, now);
        return place == partition
                ? Optional.empty()
                : Optional.of(
                        "key belongs to partition " + place + " of " + now.partitions() + " and lies in " + partition
                                + ", where the episode's other records do not come: set partitioner=murmur2_random in the client"
                                + " that wrote it (librdkafka's default is another)");
    }

    private Known look(String topic) {
        return new Known(partitions.applyAsInt(topic), System.nanoTime());
    }

    private static int place(String key, Known topic) {
        return Utils.toPositive(Utils.murmur2(KeyText.bytes(key))) % topic.partitions();
    }
}
