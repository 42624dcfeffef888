package io.marft.actor.acting;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TurnQueueTest {

    private static final TopicPartition PARTITION = new TopicPartition("turns", 0);

    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private final TurnQueue queue = new TurnQueue(consumer, 2, Duration.ofMillis(1));

    @BeforeEach
    void fill() {
        consumer.assign(List.of(PARTITION));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        LongStream.range(0, 5).forEach(this::add);
    }

    @Test
    void shouldCutWhatWasPolledIntoBatchesInOrder() {
        assertEquals(List.of(0L, 1L), offsets(queue.next()));
        assertEquals(List.of(2L, 3L), offsets(queue.next()));
        assertEquals(List.of(4L), offsets(queue.next()));
    }

    @Test
    void shouldCommitJustWhatABatchHolds() {
        assertEquals(Map.of(PARTITION, new OffsetAndMetadata(2)), TurnQueue.after(queue.next()));
    }

    @Test
    void shouldTakeTheSameTurnsAgainAfterAnAbort() {
        queue.next();
        consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(2)));
        queue.next();

        queue.rewind();

        assertEquals(2, consumer.position(PARTITION));
        add(2);
        assertEquals(List.of(2L), offsets(queue.next()));
    }

    @Test
    void shouldBeginAgainWhereNothingIsCommitted() {
        queue.next();

        queue.rewind();

        assertEquals(0, consumer.position(PARTITION));
    }

    @Test
    void shouldDropTurnsOfAPartitionThatWasTakenAway() {
        queue.next();

        queue.onPartitionsRevoked(List.of(PARTITION));

        assertEquals(List.of(), offsets(queue.next()));
    }

    private void add(long offset) {
        consumer.addRecord(new ConsumerRecord<>("turns", 0, offset, "e" + offset, new byte[0]));
    }

    private static List<Long> offsets(List<ConsumerRecord<String, byte[]>> batch) {
        return batch.stream().map(ConsumerRecord::offset).collect(Collectors.toList());
    }
}
