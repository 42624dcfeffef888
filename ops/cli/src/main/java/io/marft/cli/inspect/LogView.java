package io.marft.cli.inspect;

import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogEnds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads topics from outside any consumer group: committed records, in each partition's order. It belongs to the thread
 * that made it.
 */
public final class LogView implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private final ClientSettings client;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions;

    /**
     * @throws IllegalArgumentException if a topic does not exist
     */
    public LogView(ClientSettings client, Collection<String> topics) {
        this.client = client;
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
    public void poll(Consumer<ConsumerRecord<String, byte[]>> handler) {
        consumer.poll(POLL).forEach(handler);
    }

    /**
     * Hands over everything that is written now and committed. A transaction that is under way is waited for.
     */
    public void readAll(Consumer<ConsumerRecord<String, byte[]>> handler) {
        try (Admin admin = Admin.create(client.admin())) {
            readTo(LogEnds.written(admin, partitions), handler);
        }
    }

    private void readTo(Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<String, byte[]>> handler) {
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(record -> {
                if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
                    handler.accept(record);
                }
            });
        }
    }

    /** The record at a place; empty if there is none any more, or not yet, or it was not committed. */
    public Optional<ConsumerRecord<String, byte[]>> at(TopicPartition partition, long offset) {
        if (!partitions.contains(partition)
                || offset < beginnings().get(partition)
                || offset >= ends().get(partition)) {
            return Optional.empty();
        }
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
        List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
        readTo(Map.of(partition, offset + 1), found::add);
        consumer.assign(partitions);
        return found.stream().findFirst();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
