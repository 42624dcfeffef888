package io.marft.schemas.client;

import io.marft.schemas.record.Team;
import io.marft.schemas.serde.Decoded;
import io.marft.schemas.serde.RecordCodec;
import io.marft.schemas.serde.RegistryUnavailableException;
import io.marft.schemas.serde.StateSerde;
import io.marft.schemas.team.DependencyFunction;
import io.marft.schemas.team.TeamException;
import io.marft.schemas.topic.Topic;
import io.marft.schemas.topic.TopicNames;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every version of every team, as a global store of a topology: each instance holds them all. A version never changes
 * once it is known; a second record of the same version is passed over.
 *
 * <p>A global store's processor cannot write, so a team that cannot be used is logged, not dead-lettered; observations
 * that name it become dead letters.
 *
 * <p>An instance of this class is a view for one task; not thread-safe.
 */
public final class TeamStore {

    /** A team and how it depends. */
    public record KnownTeam(Team team, DependencyFunction dependencies) {

        /** How long an episode may take. */
        public Duration deadline() {
            return Duration.ofMillis(team.getDeadlineMillis());
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(TeamStore.class);
    private static final String STORE = "teams";
    private static final Duration REGISTRY_PAUSE = Duration.ofSeconds(1);

    private final KeyValueStore<String, Team> store;
    private final Map<String, KnownTeam> known = new HashMap<>();

    /** A view of the store that {@link #add} put into the topology. */
    public TeamStore(ProcessorContext<?, ?> context) {
        this.store = context.getStateStore(STORE);
    }

    /** A version of a team; empty if no such record has been read yet. */
    public Optional<KnownTeam> find(String team, int version) {
        String key = key(team, version);
        KnownTeam found = known.get(key);
        if (found == null) {
            Team read = store.get(key);
            if (read == null) {
                return Optional.empty();
            }
            found = new KnownTeam(read, new DependencyFunction(read));
            known.put(key, found);
        }
        return Optional.of(found);
    }

    /** Adds the global store to a topology. */
    public static void add(Topology topology, TopicNames names, Supplier<RecordCodec> codecs) {
        topology.addGlobalStore(
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(STORE), Serdes.String(), new StateSerde<>(Team.class))
                        .withLoggingDisabled(),
                "teams",
                new StringDeserializer(),
                new ByteArrayDeserializer(),
                names.of(Topic.TEAMS),
                "store-teams",
                () -> new Reader(codecs.get()));
    }

    private static String key(String team, int version) {
        return team + "/" + version;
    }

    private static final class Reader extends ContextualProcessor<String, byte[], Void, Void> {

        private final RecordCodec codec;
        private KeyValueStore<String, Team> store;

        Reader(RecordCodec codec) {
            this.codec = codec;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            super.init(context);
            store = context.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, byte[]> record) {
            String topic = context().recordMetadata().orElseThrow().topic();
            Decoded<Team> decoded = decode(topic, record.value());
            if (decoded instanceof Decoded.Valid<Team> valid) {
                put(valid.value());
            } else if (decoded instanceof Decoded.Invalid<Team> invalid) {
                refuse(invalid.reason());
            }
        }

        private void put(Team team) {
            try {
                new DependencyFunction(team);
                store.putIfAbsent(key(team.getName(), team.getVersion()), team);
            } catch (TeamException e) {
                refuse(e.getMessage());
            }
        }

        /** The global thread cannot be replaced, and nobody waits for it: it stays until the registry answers. */
        private Decoded<Team> decode(String topic, byte[] bytes) {
            while (true) {
                try {
                    return codec.decode(topic, bytes, Team.class);
                } catch (RegistryUnavailableException e) {
                    LOG.atWarn().addKeyValue("topic", topic).setCause(e).log("team waits for the schema registry");
                    LockSupport.parkNanos(REGISTRY_PAUSE.toNanos());
                    if (Thread.currentThread().isInterrupted()) {
                        throw e;
                    }
                }
            }
        }

        private void refuse(String reason) {
            var source = context().recordMetadata().orElseThrow();
            LOG.atError()
                    .addKeyValue("topic", source.topic())
                    .addKeyValue("offset", source.offset())
                    .addKeyValue("reason", reason)
                    .log("team record cannot be used");
        }

        @Override
        public void close() {
            codec.close();
        }
    }
}
