package io.marft.streaming.connect;

import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.marft.schemas.catalogue.ClientNames;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.catalogue.TopicSetting;
import io.marft.schemas.wire.KeyText;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.SchemaProviders;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;

/**
 * How this system reaches a cluster and its registry, and the few ways in which it sets up clients. Keys are strings.
 * Values are bytes, which a {@link RecordCodec} reads and writes, so that a bad record never throws inside a client.
 *
 * @param bootstrapServers Kafka's {@code bootstrap.servers}
 * @param registryUrl base URL of a registry that speaks Confluent's protocol
 * @param prefix prefix of topics, groups and transactional ids
 * @param properties further client properties, such as those of security, by Kafka's and the registry client's own names
 *     ({@link ClientProperties}). They win over those set here; one that the guarantees rest on is refused. They may be
 *     secret, so their values appear in no text that this class makes
 */
public record ClientSettings(
        String bootstrapServers, String registryUrl, String prefix, Map<String, String> properties) {

    private static final String REGISTRY = ClientSettingRules.REGISTRY;
    private static final int CACHED_SCHEMAS = 1000;

    /**
     * The first pause before a request is tried again; it doubles with each try. A broker makes a transaction wait that
     * begins while the one before is still being completed. Kafka's own pause of 100 ms would then bound every service to
     * some five transactions a second.
     */
    private static final int RETRY_BACKOFF_MS = 5;

    /** The time after which a producer that is fenced in the middle of a call notices at the latest. Kafka's own is 60 s. */
    private static final int MAX_BLOCK_MS = 10_000;

    /** Large enough that a transaction's records travel in few requests. Kafka's own is 16 KiB. */
    private static final int BATCH_BYTES = 64 << 10;

    /** @throws IllegalArgumentException if a value is empty, or a property is unknown, ill-formed or not the user's to set */
    public ClientSettings {
        requireText(bootstrapServers, "bootstrap servers");
        requireText(registryUrl, "registry URL");
        if (URI.create(registryUrl.strip()).getRawUserInfo() != null) {
            throw new IllegalArgumentException("registry URL must not hold a user and password: give them as setting"
                    + " schema.registry.basic.auth.user.info");
        }
        new TopicNames(prefix);
        properties = Map.copyOf(properties);
        properties.forEach(ClientSettingRules::check);
    }

    /** A cluster without security. */
    public ClientSettings(String bootstrapServers, String registryUrl, String prefix) {
        this(bootstrapServers, registryUrl, prefix, Map.of());
    }

    /** The names of topics under the prefix. */
    public TopicNames topics() {
        return new TopicNames(prefix);
    }

    /** The names of groups, transactional ids and clients. */
    public ClientNames names() {
        return new ClientNames(prefix);
    }

    /** A new codec; each thread needs its own. */
    public RecordCodec codec() {
        return new RecordCodec(registry());
    }

    /** A new registry client. */
    public SchemaRegistryClient registry() {
        Map<String, String> own = registryProperties();
        if (registryUrl.startsWith("mock://")) {
            return SchemaRegistryClientFactory.newClient(
                    List.of(registryUrl), CACHED_SCHEMAS, SchemaProviders.avroOnly(), own, Map.of());
        }
        return new CachedSchemaRegistryClient(
                List.of(registryUrl), CACHED_SCHEMAS, SchemaProviders.avroOnly(), own, Map.of());
    }

    /** The registry's properties, by the names that its client looks for. Credentials imply the way they are used. */
    private Map<String, String> registryProperties() {
        Map<String, String> own = new HashMap<>();
        properties.forEach((key, value) -> {
            if (ClientSettingRules.ofRegistry(key)) {
                own.put(key.startsWith(REGISTRY) ? key : REGISTRY + key, value);
            }
        });
        String source = REGISTRY + SchemaRegistryClientConfig.BASIC_AUTH_CREDENTIALS_SOURCE;
        if (own.containsKey(REGISTRY + SchemaRegistryClientConfig.USER_INFO_CONFIG)) {
            own.putIfAbsent(source, "USER_INFO");
        }
        if (own.containsKey(REGISTRY + SchemaRegistryClientConfig.BEARER_AUTH_TOKEN_CONFIG)) {
            own.putIfAbsent(REGISTRY + SchemaRegistryClientConfig.BEARER_AUTH_CREDENTIALS_SOURCE, "STATIC_TOKEN");
        }
        if ("SASL_INHERIT".equals(own.get(source)) && properties.containsKey(SaslConfigs.SASL_JAAS_CONFIG)) {
            own.put(SaslConfigs.SASL_JAAS_CONFIG, properties.get(SaslConfigs.SASL_JAAS_CONFIG));
        }
        return own;
    }

    /** Properties of an administration client. */
    public Map<String, Object> admin() {
        return with(
                AdminClientConfig.configNames(), Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    /** Properties of an idempotent producer without transactions. */
    public Map<String, Object> producer(String clientId) {
        return with(
                ProducerConfig.configNames(),
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.CLIENT_ID_CONFIG,
                        clientId,
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                        KeyText.KeySerializer.class,
                        ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                        ByteArraySerializer.class));
    }

    /** Properties of a transactional producer. A second producer of the same id fences the first. */
    public Map<String, Object> transactionalProducer(String transactionalId) {
        Map<String, Object> map = producer(transactionalId);
        map.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        map.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, RETRY_BACKOFF_MS);
        map.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        map.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        return with(ProducerConfig.configNames(), map);
    }

    /**
     * Properties of a consumer in a group. It reads committed records only, begins at the beginning where the group has no
     * offset, and commits offsets only when told to.
     */
    public Map<String, Object> consumer(String groupId) {
        Map<String, Object> map = reader();
        map.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
        map.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return with(ConsumerConfig.configNames(), map);
    }

    /** Properties of a consumer without a group, which assigns its partitions itself. It reads committed records only. */
    public Map<String, Object> reader() {
        return with(
                ConsumerConfig.configNames(),
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                        KeyText.KeyDeserializer.class,
                        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                        ByteArrayDeserializer.class));
    }

    /**
     * Properties of a Kafka Streams application with exactly-once processing.
     *
     * @param name the application's name within this system, for instance {@code router}
     * @param stateDirectory where its local state lies
     * @param replication how many replicas the topics have that keep its state
     */
    public Map<String, Object> streams(String name, Path stateDirectory, short replication) {
        Map<String, Object> map = new HashMap<>(Map.of(
                StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                StreamsConfig.APPLICATION_ID_CONFIG,
                names().application(name),
                StreamsConfig.STATE_DIR_CONFIG,
                stateDirectory.toString(),
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                50L,
                StreamsConfig.POLL_MS_CONFIG,
                20L,
                StreamsConfig.NUM_STREAM_THREADS_CONFIG,
                1,
                StreamsConfig.REPLICATION_FACTOR_CONFIG,
                (int) replication,
                StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG,
                Serdes.StringSerde.class,
                StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG,
                Serdes.ByteArraySerde.class));
        // State must be as safe as what it was made from, and may be as large.
        for (TopicSetting setting : List.of(TopicSetting.MIN_INSYNC_REPLICAS, TopicSetting.MAX_MESSAGE_BYTES)) {
            map.put(StreamsConfig.topicPrefix(setting.key()), setting.value(Topic.OBSERVATIONS, replication));
        }
        // No topology depends on the order between topics, so a task need not wait for a topic that has nothing.
        map.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        map.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), RETRY_BACKOFF_MS);
        map.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, KnownTime.class);
        map.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
        // Kafka Streams itself gives each of its clients the properties that this client knows.
        return with(properties.keySet(), map);
    }

    /** Adds the user's properties, but only those this client knows; it would just log the others as unused. */
    private Map<String, Object> with(Set<String> known, Map<String, Object> base) {
        Map<String, Object> all = new HashMap<>(base);
        properties.forEach((key, value) -> {
            if (known.contains(key) && !ClientSettingRules.ofRegistry(key)) {
                all.put(key, value);
            }
        });
        return all;
    }

    /** A text that names the properties and hides their values. */
    @Override
    public String toString() {
        return "ClientSettings[bootstrapServers=" + bootstrapServers + ", registryUrl=" + registryUrl + ", prefix="
                + prefix + ", properties=" + new TreeSet<>(properties.keySet()) + "]";
    }

    private static void requireText(String value, String what) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(what + " must not be empty");
        }
    }
}
