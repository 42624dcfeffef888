package io.marft.cli.inspect;

import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogEnds;
import io.marft.streaming.log.LogReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * How far a consumer group is behind in a topic.
 *
 * @param group the group, which is a service's name behind the prefix
 * @param topic the topic's full name
 * @param partitions how many of its partitions the group has a committed offset in
 * @param behind how many committed records it has yet to read, of all partitions together
 * @param counted whether {@code behind} counts records; otherwise it counts offsets, of which a transaction's marker has
 *     one, too
 */
record GroupLag(String group, String topic, int partitions, long behind, boolean counted) {

    /** Of a partition that is further behind, offsets are counted: reading so many records only to count them takes long. */
    private static final long MOST_READ = 2_000;

    /** The lags of all groups under the prefix, sorted by group and topic. A lease is none: it reads nothing. */
    static List<GroupLag> of(ClientSettings client, Admin admin) throws ExecutionException, InterruptedException {
        Map<String, ListConsumerGroupOffsetsSpec> groups = admin.listGroups().all().get().stream()
                .map(GroupListing::groupId)
                .filter(group -> client.names().isOurs(group) && !client.names().isLease(group))
                .collect(Collectors.toMap(group -> group, group -> new ListConsumerGroupOffsetsSpec()));
        SortedMap<String, Map<TopicPartition, Long>> committed = new TreeMap<>();
        admin.listConsumerGroupOffsets(groups)
                .all()
                .get()
                .forEach((group, offsets) -> committed.put(group, committed(offsets)));
        Map<TopicPartition, Long> ends = LogEnds.readable(admin, partitions(committed));
        return of(committed, ends, records(client, committed, ends));
    }

    private static Set<TopicPartition> partitions(Map<String, Map<TopicPartition, Long>> committed) {
        return committed.values().stream()
                .flatMap(offsets -> offsets.keySet().stream())
                .collect(Collectors.toSet());
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
     * Where the records are that some group has yet to read.
     *
     * @return by partition; without those where that would be too many, or which this client may not read
     */
    private static Map<TopicPartition, TreeSet<Long>> records(
            ClientSettings client, Map<String, Map<TopicPartition, Long>> committed, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> from = new HashMap<>();
        committed
                .values()
                .forEach(offsets -> offsets.forEach((partition, offset) -> {
                    if (offset < ends.get(partition) && ends.get(partition) - offset <= MOST_READ) {
                        from.merge(partition, offset, Math::min);
                    }
                }));
        Map<TopicPartition, TreeSet<Long>> records = new HashMap<>();
        Map<String, List<TopicPartition>> byTopic =
                from.keySet().stream().collect(Collectors.groupingBy(TopicPartition::topic));
        byTopic.forEach((topic, partitions) -> {
            try (LogReader reader = LogReader.atEnd(client, List.of(topic))) {
                Map<TopicPartition, TreeSet<Long>> found = new HashMap<>();
                Map<TopicPartition, Long> places = new HashMap<>();
                Map<TopicPartition, Long> upTo = new HashMap<>(reader.readable());
                reader.partitions().forEach(partition -> found.put(partition, new TreeSet<>()));
                partitions.forEach(partition -> {
                    places.put(partition, from.get(partition));
                    upTo.put(partition, ends.get(partition));
                });
                reader.seek(places);
                reader.readTo(upTo, record -> found.get(new TopicPartition(record.topic(), record.partition()))
                        .add(record.offset()));
                records.putAll(found);
            } catch (AuthorizationException e) {
                // Then its offsets are counted.
            }
        });
        return records;
    }

    /**
     * The lags of groups, in the groups' order; of one group by topic.
     *
     * @param committed by group the offsets that it has committed
     * @param ends where these partitions end
     * @param records by partition the offsets of the records that some group has yet to read, where they are known
     */
    static List<GroupLag> of(
            SortedMap<String, Map<TopicPartition, Long>> committed,
            Map<TopicPartition, Long> ends,
            Map<TopicPartition, TreeSet<Long>> records) {
        List<GroupLag> lags = new ArrayList<>();
        committed.forEach((group, offsets) -> {
            SortedMap<String, GroupLag> byTopic = new TreeMap<>();
            offsets.forEach((partition, offset) ->
                    byTopic.merge(partition.topic(), of(group, partition, offset, ends, records), GroupLag::plus));
            lags.addAll(byTopic.values());
        });
        return lags;
    }

    private static GroupLag of(
            String group,
            TopicPartition partition,
            long offset,
            Map<TopicPartition, Long> ends,
            Map<TopicPartition, TreeSet<Long>> records) {
        long offsets = Math.max(0, ends.get(partition) - offset);
        TreeSet<Long> known = records.get(partition);
        boolean counted = offsets == 0 || (known != null && offsets <= MOST_READ);
        long behind = counted && offsets > 0 ? known.tailSet(offset).size() : offsets;
        return new GroupLag(group, partition.topic(), 1, behind, counted);
    }

    private GroupLag plus(GroupLag other) {
        return new GroupLag(
                group, topic, partitions + other.partitions, behind + other.behind, counted && other.counted);
    }
}
