package io.marft.environments.client;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** What is committed to some topics from now on. Not thread-safe. */
public final class Tail implements AutoCloseable {

    private final KafkaConsumer<String, byte[]> consumer;
    private final RecordCodec codec;
    private final ClientSettings settings;

    /** Begins at the topics' ends as they are when this returns. */
    public Tail(ClientSettings settings, Topic... topics) {
        this.settings = settings;
        this.codec = settings.codec();
        this.consumer = new KafkaConsumer<>(settings.reader());
        List<TopicPartition> partitions = new ArrayList<>();
        for (Topic topic : topics) {
            String name = settings.topics().of(topic);
            consumer.partitionsFor(name)
                    .forEach(partition -> partitions.add(new TopicPartition(name, partition.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position); // Seeking is lazy; asking fixes the place.
    }

    public ConsumerRecords<String, byte[]> poll() {
        return consumer.poll(Duration.ofMillis(100));
    }

    /** The record's value if it comes from that topic and is readable. */
    public <T extends SpecificRecord> Optional<T> value(
            ConsumerRecord<String, byte[]> record, Topic topic, Class<T> type) {
        if (!record.topic().equals(settings.topics().of(topic))) {
            return Optional.empty();
        }
        return codec.decode(record.topic(), record.value(), type) instanceof Decoded.Valid<T> valid
                ? Optional.of(valid.value())
                : Optional.empty();
    }

    @Override
    public void close() {
        consumer.close();
        codec.close();
    }
}
