package io.marft.environments.client;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/** Publishes records and makes sure that they arrived. Not thread-safe. */
public final class Publisher implements AutoCloseable {

    private final KafkaProducer<String, byte[]> producer;
    private final RecordCodec codec;
    private final ClientSettings settings;
    private final List<Future<RecordMetadata>> pending = new ArrayList<>();

    public Publisher(ClientSettings settings, String clientId) {
        this.settings = settings;
        this.codec = settings.codec();
        this.producer = new KafkaProducer<>(settings.producer(clientId));
    }

    /** Sends a record; {@link #flush} says whether it arrived. */
    public void send(Topic topic, String key, SpecificRecord value) {
        String name = settings.topics().of(topic);
        pending.add(producer.send(new ProducerRecord<>(name, key, codec.encode(name, value))));
    }

    /**
     * Waits until the brokers have all records.
     *
     * @throws KafkaException if they refused one
     */
    public void flush() {
        producer.flush();
        try {
            for (Future<RecordMetadata> sent : pending) {
                sent.get();
            }
        } catch (ExecutionException e) {
            throw new KafkaException(
                    "a record could not be published: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while publishing", e);
        }
        pending.clear();
    }

    @Override
    public void close() {
        producer.close();
        codec.close();
    }
}
