package io.marft.cli;

import io.marft.schemas.client.ClientSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads topics from outside any consumer group: committed records, in each partition's order. It belongs to the thread
 * that made it.
 */
final class LogView implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions;

    /**
     * @throws IllegalArgumentException if a topic does not exist
     */
    LogView(ClientSettings client, Collection<String> topics) {
        consumer = new KafkaConsumer<>(client.reader());
        partitions = topics.stream()
                .flatMap(topic -> partitionsOf(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    private List<PartitionInfo> partitionsOf(String topic) {
        List<PartitionInfo> infos = consumer.partitionsFor(topic);
        if (infos == null || infos.isEmpty()) {
            consumer.close();
            throw new IllegalArgumentException("topic " + topic + " does not exist: `marft topics` lists them");
        }
        return infos;
    }

    Map<TopicPartition, Long> beginnings() {
        return consumer.beginningOffsets(partitions);
    }

    /** The offsets up to which everything is committed or aborted. */
    Map<TopicPartition, Long> ends() {
        return consumer.endOffsets(partitions);
    }

    void seek(TopicPartition partition, long offset) {
        consumer.seek(partition, offset);
    }

    void seekToEnd() {
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position); // Now, and not at some later poll.
    }

    /** Hands over what has come, waiting a little if nothing has. */
    void poll(Consumer<ConsumerRecord<String, byte[]>> handler) {
        consumer.poll(POLL).forEach(handler);
    }

    /** Hands over everything up to what is committed now. */
    void readAll(Consumer<ConsumerRecord<String, byte[]>> handler) {
        Map<TopicPartition, Long> ends = ends();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(record -> {
                if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
                    handler.accept(record);
                }
            });
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
