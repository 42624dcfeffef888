package io.marft.streaming.connect;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Which properties of clients a user may set, and which client each is for. A property that this system's guarantees rest
 * on is not the user's: a consumer that read uncommitted records, or a producer without idempotence, would break
 * exactly-once processing.
 */
final class ClientSettingRules {

    /**
     * What the names of the registry client's properties begin with. Those of authentication may stand without it, as in
     * Confluent's own serializers.
     */
    static final String REGISTRY = SchemaRegistryClientConfig.CLIENT_NAMESPACE;

    private static final Map<String, ConfigDef.ConfigKey> KAFKA = kafka();

    /** The properties that marft sets itself, by the reason why a user may not. */
    private static final Map<String, Set<String>> OURS = Map.of(
            "exactly-once processing rests on it",
            Set.of(
                    ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                    ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                    ConsumerConfig.GROUP_ID_CONFIG,
                    ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                    ConsumerConfig.GROUP_PROTOCOL_CONFIG,
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                    ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
                    ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                    ProducerConfig.ACKS_CONFIG,
                    ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                    ProducerConfig.TRANSACTION_TWO_PHASE_COMMIT_ENABLE_CONFIG,
                    ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                    ProducerConfig.RETRIES_CONFIG,
                    ProducerConfig.PARTITIONER_CLASS_CONFIG,
                    ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG,
                    StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                    StreamsConfig.APPLICATION_ID_CONFIG),
            "records are read and written as bytes",
            Set.of(
                    ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                    ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                    ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                    ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG),
            "give --bootstrap-servers or MARFT_BOOTSTRAP_SERVERS",
            Set.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG),
            "give --registry-url or MARFT_REGISTRY_URL",
            Set.of("schema.registry.url"));

    private static final Set<String> AUTHENTICATION = Set.of(
            SchemaRegistryClientConfig.BASIC_AUTH_CREDENTIALS_SOURCE,
            SchemaRegistryClientConfig.USER_INFO_CONFIG,
            SchemaRegistryClientConfig.BEARER_AUTH_CREDENTIALS_SOURCE,
            SchemaRegistryClientConfig.BEARER_AUTH_TOKEN_CONFIG,
            SchemaRegistryClientConfig.BEARER_AUTH_ISSUER_ENDPOINT_URL,
            SchemaRegistryClientConfig.BEARER_AUTH_CLIENT_ID,
            SchemaRegistryClientConfig.BEARER_AUTH_CLIENT_SECRET,
            SchemaRegistryClientConfig.BEARER_AUTH_SCOPE,
            SchemaRegistryClientConfig.BEARER_AUTH_SCOPE_CLAIM_NAME,
            SchemaRegistryClientConfig.BEARER_AUTH_SUB_CLAIM_NAME,
            SchemaRegistryClientConfig.BEARER_AUTH_LOGICAL_CLUSTER,
            SchemaRegistryClientConfig.BEARER_AUTH_IDENTITY_POOL_ID,
            SchemaRegistryClientConfig.BEARER_AUTH_CACHE_EXPIRY_BUFFER_SECONDS,
            SchemaRegistryClientConfig.BEARER_AUTH_CUSTOM_PROVIDER_CLASS);

    private static final Set<String> REGISTRY_ONLY = Stream.of(
                    AUTHENTICATION,
                    tls(),
                    Set.of(
                            SchemaRegistryClientConfig.HTTP_CONNECT_TIMEOUT_MS,
                            SchemaRegistryClientConfig.HTTP_READ_TIMEOUT_MS,
                            SchemaRegistryClientConfig.MAX_RETRIES_CONFIG,
                            SchemaRegistryClientConfig.RETRIES_WAIT_MS_CONFIG,
                            SchemaRegistryClientConfig.RETRIES_MAX_WAIT_MS_CONFIG,
                            SchemaRegistryClientConfig.PROXY_HOST,
                            SchemaRegistryClientConfig.PROXY_PORT))
            .flatMap(Collection::stream)
            .collect(Collectors.toUnmodifiableSet());

    private ClientSettingRules() {}

    private static Map<String, ConfigDef.ConfigKey> kafka() {
        Map<String, ConfigDef.ConfigKey> keys = new HashMap<>();
        for (ConfigDef client :
                List.of(AdminClientConfig.configDef(), ConsumerConfig.configDef(), ProducerConfig.configDef())) {
            keys.putAll(client.configKeys());
        }
        return keys;
    }

    private static Set<String> tls() {
        ConfigDef tls = new ConfigDef();
        SslConfigs.addClientSslSupport(tls);
        return tls.names();
    }

    /** Whether a property is for the registry's client rather than for Kafka's. */
    static boolean ofRegistry(String key) {
        return key.startsWith(REGISTRY) || AUTHENTICATION.contains(key);
    }

    /**
     * Checks a property.
     *
     * @throws IllegalArgumentException if there is no such property, it is not the user's to set, or it does not take the
     *     value. The message never has the value
     */
    static void check(String key, String value) {
        OURS.forEach((reason, names) -> {
            if (names.contains(key)) {
                throw new IllegalArgumentException("setting '" + key + "' is not to be set here: " + reason);
            }
        });
        if (ofRegistry(key)) {
            checkRegistry(key, value);
            return;
        }
        ConfigDef.ConfigKey known = KAFKA.get(key);
        if (known == null) {
            throw new IllegalArgumentException("unknown setting '" + key + "': neither Kafka's clients nor, as "
                    + REGISTRY + "*, the schema registry's have it");
        }
        parse(known, value);
    }

    private static void checkRegistry(String key, String value) {
        String name = key.startsWith(REGISTRY) ? key.substring(REGISTRY.length()) : key;
        if (!REGISTRY_ONLY.contains(name)) {
            throw new IllegalArgumentException("unknown setting '" + key + "': the schema registry's client has "
                    + REGISTRY + " with one of " + new TreeSet<>(REGISTRY_ONLY));
        }
        if (name.endsWith(".ms") || name.endsWith(".port") || name.endsWith(".retries") || name.endsWith(".seconds")) {
            parse(
                    new ConfigDef()
                            .define(key, ConfigDef.Type.INT, ConfigDef.Importance.LOW, "")
                            .configKeys()
                            .get(key),
                    value);
        } else if (name.startsWith("ssl.")) {
            ConfigDef tls = new ConfigDef();
            SslConfigs.addClientSslSupport(tls);
            parse(tls.configKeys().get(name), value);
        }
    }

    /** Parses a value. The error leaves Kafka's message out, because that repeats the value. */
    private static void parse(ConfigDef.ConfigKey known, String value) {
        try {
            Object parsed = ConfigDef.parseType(known.name, value, known.type);
            if (known.validator != null) {
                known.validator.ensureValid(known.name, parsed);
            }
        } catch (ConfigException e) {
            String rule = known.type + (known.validator == null ? "" : " " + known.validator);
            throw new IllegalArgumentException(
                    "setting '" + known.name + "' has a value that it does not take, expected: " + rule, e);
        }
    }
}
