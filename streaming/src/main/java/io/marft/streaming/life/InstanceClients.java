package io.marft.streaming.life;

import java.util.Map;
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

    private static final int UUID_LENGTH = 36;

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        config.computeIfPresent(ProducerConfig.TRANSACTIONAL_ID_CONFIG, (key, id) -> transactionalId((String) id));
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Puts the instance's name into an id of Kafka Streams, which reads {@code APPLICATION-UUID-THREAD}. */
    String transactionalId(String id) {
        int thread = id.lastIndexOf('-');
        int process = thread - UUID_LENGTH;
        return id.substring(0, process) + instance + id.substring(thread);
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
