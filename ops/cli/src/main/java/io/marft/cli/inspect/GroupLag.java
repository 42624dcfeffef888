package io.marft.cli.inspect;

import io.marft.streaming.connect.ClientSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a group of consumers is behind in a topic.
 *
 * @param group the group, which is a service's name behind the prefix
 * @param topic the topic's full name
 * @param partitions how many of its partitions the group has a committed offset in
 * @param behind committed offsets to read, over all partitions; markers of transactions count
 */
record GroupLag(String group, String topic, int partitions, long behind) {

    /** The lags of all groups under the prefix, sorted by group and topic. */
    static List<GroupLag> of(ClientSettings client) throws ExecutionException, InterruptedException {
        List<GroupLag> lags = new ArrayList<>();
        try (Admin admin = Admin.create(client.admin())) {
            List<String> groups = admin.listGroups().all().get().stream()
                    .map(listing -> listing.groupId())
                    .filter(group -> group.startsWith(client.prefix() + "."))
                    .sorted()
                    .toList();
            for (String group : groups) {
                lags.addAll(of(admin, group));
            }
        }
        return lags;
    }

    private static List<GroupLag> of(Admin admin, String group) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> committed =
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                        .filter(entry -> entry.getValue() != null)
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(
                        committed.keySet().stream()
                                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())),
                        new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get();
        Map<String, GroupLag> byTopic = new TreeMap<>();
        committed.forEach((partition, offset) -> byTopic.merge(
                partition.topic(),
                new GroupLag(
                        group,
                        partition.topic(),
                        1,
                        Math.max(0, ends.get(partition).offset() - offset.offset())),
                GroupLag::plus));
        return List.copyOf(byTopic.values());
    }

    private GroupLag plus(GroupLag other) {
        return new GroupLag(group, topic, partitions + other.partitions, behind + other.behind);
    }
}
