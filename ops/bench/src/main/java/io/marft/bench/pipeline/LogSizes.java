package io.marft.bench.pipeline;

import io.marft.bench.report.BenchException;
import io.marft.streaming.connect.ClientSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * How much lies on the broker's log.
 *
 * @param topics by topic; state changelogs count as one, and so do Kafka's own topics
 */
record LogSizes(Map<String, Size> topics) {

    static final String CHANGELOGS = "state changelogs";
    static final String KAFKAS_OWN = "offsets, transactions, schemas";

    /**
     * Of one topic.
     *
     * @param entries records and markers of transactions that were ever appended
     * @param bytes on disk, compressed as they were sent
     */
    record Size(double entries, double bytes) {

        static final Size NONE = new Size(0, 0);

        Size plus(Size other) {
            return new Size(entries + other.entries, bytes + other.bytes);
        }

        Size minus(Size other) {
            return new Size(entries - other.entries, bytes - other.bytes);
        }

        Size dividedBy(double count) {
            return new Size(entries / count, bytes / count);
        }
    }

    /** What lies there now. */
    static LogSizes now(ClientSettings client) {
        try (Admin admin = Admin.create(client.admin())) {
            Map<String, Size> topics = new TreeMap<>();
            Map<TopicPartition, Long> bytes = new LinkedHashMap<>();
            var nodes = admin.describeCluster().nodes().get().stream()
                    .map(node -> node.id())
                    .toList();
            for (var directories :
                    admin.describeLogDirs(nodes).allDescriptions().get().values()) {
                for (LogDirDescription directory : directories.values()) {
                    directory
                            .replicaInfos()
                            .forEach((partition, replica) -> bytes.merge(partition, size(replica), Math::max));
                }
            }
            var known = admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get();
            bytes.keySet().removeIf(partition -> !known.contains(partition.topic()));
            var ends = admin.listOffsets(
                            bytes.keySet().stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())))
                    .all()
                    .get();
            bytes.forEach((partition, length) -> topics.merge(
                    name(partition.topic(), client.prefix()),
                    new Size(ends.get(partition).offset(), length),
                    Size::plus));
            return new LogSizes(topics);
        } catch (ExecutionException e) {
            throw new BenchException("the broker's log cannot be described: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while the broker's log was described", e);
        }
    }

    private static long size(ReplicaInfo replica) {
        return replica.isFuture() ? 0 : replica.size();
    }

    private static String name(String topic, String prefix) {
        if (topic.endsWith("-changelog")) {
            return CHANGELOGS;
        }
        return topic.startsWith(prefix + ".") ? topic.substring(prefix.length() + 1) : KAFKAS_OWN;
    }

    Size of(String topic) {
        return topics.getOrDefault(topic, Size.NONE);
    }

    /** What was appended since then, for each of so many episodes; topics that nothing was appended to are left out. */
    Map<String, Size> since(LogSizes before, double episodes) {
        Map<String, Size> appended = new TreeMap<>();
        topics.forEach((topic, size) -> {
            Size more = size.minus(before.of(topic));
            if (more.entries() > 0) {
                appended.put(topic, more.dividedBy(episodes));
            }
        });
        return appended;
    }
}
