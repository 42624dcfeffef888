package io.marft.streaming.life;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * The clients of a Kafka Streams application, with the instance's name in their transactional ids. Where all stores are in
 * memory, Kafka Streams draws a new id for the process at each start. A process that restarts after a crash could then not
 * abort the transaction that it left open, and all readers of committed records would wait until that times out.
 *
 * @param instance this process's name among those of its service
 */
record InstanceClients(String instance) implements KafkaClientSupplier {

    /** Kafka Streams' own id, which reads {@code APPLICATION-UUID-THREAD}. */
    private static final Pattern ID =
            Pattern.compile("(.+-)\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12}(-\\d+)");

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        config.computeIfPresent(ProducerConfig.TRANSACTIONAL_ID_CONFIG, (key, id) -> transactionalId((String) id));
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Puts the instance's name in the place of the process's id.
     *
     * @throws IllegalStateException if the id is none as this version of Kafka Streams makes them
     */
    String transactionalId(String id) {
        Matcher parts = ID.matcher(id);
        if (!parts.matches()) {
            throw new IllegalStateException("transactional id '" + id
                    + "' must read APPLICATION-UUID-THREAD: this version of Kafka Streams makes them otherwise");
        }
        return parts.group(1) + instance + parts.group(2);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return getConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return getConsumer(config);
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }
}
