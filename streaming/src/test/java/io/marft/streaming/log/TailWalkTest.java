package io.marft.streaming.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class TailWalkTest {

    private static final TopicPartition FIRST = new TopicPartition("t", 0);
    private static final TopicPartition SECOND = new TopicPartition("t", 1);

    /** A topic as a reader of committed records sees it: by partition, offset and time of each record. */
    private final Map<TopicPartition, TreeMap<Long, Long>> records = new HashMap<>();

    private final Map<TopicPartition, Long> beginnings = new HashMap<>();
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private long looked;

    private void partition(TopicPartition partition, long beginning, long end) {
        beginnings.put(partition, beginning);
        ends.put(partition, end);
        records.put(partition, new TreeMap<>());
    }

    private void record(TopicPartition partition, long offset, long time) {
        records.get(partition).put(offset, time);
    }

    private static ConsumerRecord<String, byte[]> consumed(TopicPartition partition, long offset, long time) {
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                time,
                TimestampType.CREATE_TIME,
                0,
                0,
                "",
                new byte[0],
                new RecordHeaders(),
                Optional.empty());
    }

    /** Reads what the walk asks for; gives the records as partition@offset. */
    private List<String> last(int count) {
        TailWalk walk = new TailWalk(count, beginnings, ends);
        Map<TopicPartition, Long> before = new HashMap<>(ends);
        for (var ranges = walk.next(); !ranges.isEmpty(); ranges = walk.next()) {
            ranges.forEach((partition, range) -> {
                assertEquals(before.put(partition, range.from()), range.to(), "no offset is left out or read twice");
                assertTrue(range.from() >= beginnings.get(partition));
                looked += range.to() - range.from();
                records.get(partition)
                        .subMap(range.from(), range.to())
                        .forEach((offset, time) -> walk.add(consumed(partition, offset, time)));
            });
        }
        return walk.newest().stream()
                .map(record -> record.partition() + "@" + record.offset())
                .toList();
    }

    @Test
    void shouldReadOnlyTheEndOfALongTopic() {
        partition(FIRST, 0, 1_000_000);
        for (long offset = 0; offset < 1_000_000; offset += 2) {
            record(FIRST, offset, offset); // Behind each a transaction's marker.
        }

        assertEquals(List.of("0@999994", "0@999996", "0@999998"), last(3));
        assertTrue(looked < 20, "offsets read: " + looked);
    }

    @Test
    void shouldGoBackOverAnAbortedStretchOfAnyLength() {
        partition(FIRST, 0, 1_000_000);
        record(FIRST, 7, 0);
        record(FIRST, 8, 1);
        record(FIRST, 999_999, 2);

        assertEquals(List.of("0@8", "0@999999"), last(2));
    }

    @Test
    void shouldGiveAllThereIsWhereThereIsLess() {
        partition(FIRST, 5, 40);
        record(FIRST, 5, 0);
        partition(SECOND, 3, 3);

        assertEquals(List.of("0@5"), last(10));
        assertEquals(35, looked);
    }

    @Test
    void shouldAskForNothingOfAnEmptyTopicOrWhereNothingIsWanted() {
        partition(FIRST, 0, 0);
        assertEquals(List.of(), last(10));

        partition(FIRST, 0, 10);
        record(FIRST, 4, 0);
        assertEquals(List.of(), last(0));
        assertEquals(0, looked);
    }

    @Test
    void shouldTakeTheNewestOfAllPartitionsByTime() {
        partition(FIRST, 0, 4);
        partition(SECOND, 0, 4);
        for (long offset = 0; offset < 4; offset++) {
            record(FIRST, offset, 10 * offset);
            record(SECOND, offset, 10 * offset + 15);
        }

        // Times: 0@2 20, 1@1 25, 0@3 30, 1@2 35, 1@3 45.
        assertEquals(List.of("0@2", "1@1", "0@3", "1@2", "1@3"), last(5));
    }

    @Test
    void shouldKeepAPartitionsOrderWhereItsTimesDoNot() {
        partition(FIRST, 0, 3);
        record(FIRST, 0, 5);
        record(FIRST, 1, 100); // Its writer's clock was fast.
        record(FIRST, 2, 6);
        partition(SECOND, 0, 2);
        record(SECOND, 0, 7);
        record(SECOND, 1, 8);

        assertEquals(List.of("0@1", "0@2", "1@0", "1@1"), last(4));
    }

    @Test
    void shouldRefuseANegativeNumber() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> new TailWalk(-1, Map.of(), Map.of()));
        assertEquals("number of records must not be negative, got: -1", refused.getMessage());
    }

    /** Against a reading of everything, on partitions with holes of many lengths. */
    @Test
    void shouldFindWhatAReadingOfTheWholeTopicFinds() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            records.clear();
            beginnings.clear();
            ends.clear();
            int partitions = 1 + random.nextInt(4);
            List<String> all = new ArrayList<>();
            Map<String, Long> times = new HashMap<>();
            for (int number = 0; number < partitions; number++) {
                TopicPartition partition = new TopicPartition("t", number);
                long beginning = random.nextInt(50);
                long end = beginning + random.nextInt(400);
                partition(partition, beginning, end);
                double density = random.nextDouble() * random.nextDouble();
                for (long offset = beginning; offset < end; offset++) {
                    if (random.nextDouble() < density) {
                        long time = offset * partitions + number; // No two alike, and in each partition's order.
                        record(partition, offset, time);
                        all.add(number + "@" + offset);
                        times.put(number + "@" + offset, time);
                    }
                }
            }
            all.sort(java.util.Comparator.comparing(times::get));
            int count = random.nextInt(60);

            assertEquals(all.subList(Math.max(0, all.size() - count), all.size()), last(count), "round " + round);
        }
    }

    @Test
    void shouldHoldNoMoreRecordsThanAreWanted() {
        partition(FIRST, 0, 100_000);
        TailWalk walk = new TailWalk(2, beginnings, ends);
        Set<Long> kept = new HashSet<>();
        for (var ranges = walk.next(); !ranges.isEmpty(); ranges = walk.next()) {
            for (long offset = ranges.get(FIRST).from();
                    offset < ranges.get(FIRST).to();
                    offset++) {
                walk.add(consumed(FIRST, offset, offset));
            }
        }
        walk.newest().forEach(record -> kept.add(record.offset()));
        assertEquals(Set.of(99_998L, 99_999L), kept);
    }
}
