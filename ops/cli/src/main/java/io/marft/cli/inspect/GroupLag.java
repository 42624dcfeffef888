package io.marft.cli.inspect;

import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogEnds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a consumer group is behind in a topic.
 *
 * @param group the group, which is a service's name behind the prefix
 * @param topic the topic's full name
 * @param partitions how many of its partitions the group has a committed offset in
 * @param behind how many offsets it has yet to read, of all partitions together; the markers of transactions count
 */
record GroupLag(String group, String topic, int partitions, long behind) {

    /** The lags of all groups under the prefix, sorted by group and topic. */
    static List<GroupLag> of(ClientSettings client) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(client.admin())) {
            Map<String, ListConsumerGroupOffsetsSpec> groups = admin.listGroups().all().get().stream()
                    .map(GroupListing::groupId)
                    .filter(client.names()::isOurs)
                    .collect(Collectors.toMap(group -> group, group -> new ListConsumerGroupOffsetsSpec()));
            SortedMap<String, Map<TopicPartition, Long>> committed = new TreeMap<>();
            admin.listConsumerGroupOffsets(groups)
                    .all()
                    .get()
                    .forEach((group, offsets) -> committed.put(group, committed(offsets)));
            return of(
                    committed,
                    LogEnds.readable(
                            admin,
                            committed.values().stream()
                                    .flatMap(offsets -> offsets.keySet().stream())
                                    .collect(Collectors.toSet())));
        }
    }

    private static Map<TopicPartition, Long> committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, Long> committed = new HashMap<>();
        offsets.forEach((partition, offset) -> {
            if (offset != null) {
                committed.put(partition, offset.offset());
            }
        });
        return committed;
    }

    /**
     * The lags of groups, in the groups' order; of one group by topic.
     *
     * @param committed by group the offsets that it has committed
     * @param ends where these partitions end
     */
    static List<GroupLag> of(SortedMap<String, Map<TopicPartition, Long>> committed, Map<TopicPartition, Long> ends) {
        List<GroupLag> lags = new ArrayList<>();
        committed.forEach((group, offsets) -> {
            SortedMap<String, GroupLag> byTopic = new TreeMap<>();
            offsets.forEach((partition, offset) -> byTopic.merge(
                    partition.topic(),
                    new GroupLag(group, partition.topic(), 1, Math.max(0, ends.get(partition) - offset)),
                    GroupLag::plus));
            lags.addAll(byTopic.values());
        });
        return lags;
    }

    private GroupLag plus(GroupLag other) {
        return new GroupLag(group, topic, partitions + other.partitions, behind + other.behind);
    }
}
