package io.marft.streaming.topology;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.DependencyFunction;
import io.marft.schemas.team.TeamException;
import io.marft.schemas.team.TeamSteps;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.KeyText;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.schemas.wire.StateSerde;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every version of every team, in a global store of a topology, so that each process holds them all. A version never
 * changes once it is known: a second record of the same version is passed over.
 *
 * <p>The processor of a global store cannot write. It logs a team that cannot be used, and leaves it in {@link
 * RefusedTeams}, from which the router makes the one dead letter. Observations that name such a team become dead letters,
 * too.
 *
 * <p>An object of this class is a view for one task. Not thread-safe.
 */
public final class TeamStore {

    /** A version of a team, and how its agents depend on each other. */
    public record KnownTeam(Team team, DependencyFunction dependencies) {

        /** How long an episode of the team may take. */
        public Duration deadline() {
            return Duration.ofMillis(team.getDeadlineMillis());
        }

        /** Where its episodes take steps and end. */
        public TeamSteps steps() {
            return new TeamSteps(team, dependencies);
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

    /** A version of a team; empty as long as no such record has been read. */
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

    /** Adds the global store to a topology. A team that cannot be used is only logged. */
    public static void add(Topology topology, TopicNames names, Supplier<RecordCodec> codecs) {
        add(topology, names, codecs, new RefusedTeams(""));
    }

    /**
     * Adds the global store to a topology.
     *
     * @param refused takes the records that cannot be used, for a processor that can write dead letters
     */
    public static void add(Topology topology, TopicNames names, Supplier<RecordCodec> codecs, RefusedTeams refused) {
        topology.addGlobalStore(
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(STORE), Serdes.String(), new StateSerde<>(Team.class))
                        .withLoggingDisabled(),
                "teams",
                new KeyText.KeyDeserializer(),
                new ByteArrayDeserializer(),
                names.of(Topic.TEAMS),
                "store-teams",
                () -> new Reader(codecs.get(), refused));
    }

    private static String key(String team, int version) {
        return team + "/" + version;
    }

    private static final class Reader extends ContextualProcessor<String, byte[], Void, Void> {

        private final RecordCodec codec;
        private final RefusedTeams refused;
        private KeyValueStore<String, Team> store;

        Reader(RecordCodec codec, RefusedTeams refused) {
            this.codec = codec;
            this.refused = refused;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            super.init(context);
            store = context.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, byte[]> record) {
            String topic = context().recordMetadata().orElseThrow().topic();
            if (record.value() != null && record.value().length > TopologyParts.MOST_BYTES) {
                refuse(
                        record,
                        "value has " + record.value().length + " bytes, more than the most of "
                                + TopologyParts.MOST_BYTES);
                return;
            }
            Decoded<Team> decoded = decode(topic, record.value());
            if (decoded instanceof Decoded.Valid<Team> valid) {
                put(record, valid.value());
            } else if (decoded instanceof Decoded.Invalid<Team> invalid) {
                refuse(record, invalid.reason());
            }
        }

        private void put(Record<String, byte[]> record, Team team) {
            Optional<String> mismatch = KeyText.mismatch(record.key(), team.getName());
            if (mismatch.isPresent()) {
                refuse(record, mismatch.get());
                return;
            }
            try {
                new DependencyFunction(team);
            } catch (TeamException e) {
                refuse(record, e.getMessage());
                return;
            }
            Team known = store.putIfAbsent(key(team.getName(), team.getVersion()), team);
            if (known != null && !sameContent(known, team)) {
                refuse(
                        record,
                        "team '" + team.getName() + "' version " + team.getVersion()
                                + " is known with another content: a changed team needs a new version");
            }
        }

        /** Whether two records say the same, but for when they were written: two operators may apply one team file. */
        private static boolean sameContent(Team known, Team team) {
            return Team.newBuilder(team)
                    .setCreatedAt(known.getCreatedAt())
                    .build()
                    .equals(known);
        }

        /** Decodes a value. It waits for the registry: Kafka Streams cannot replace its global thread. */
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

        private void refuse(Record<String, byte[]> record, String reason) {
            var source = context().recordMetadata().orElseThrow();
            LOG.atError()
                    .addKeyValue("topic", source.topic())
                    .addKeyValue("offset", source.offset())
                    .addKeyValue("reason", reason)
                    .log("team record cannot be used");
            refused.add(reason, source, record);
        }

        @Override
        public void close() {
            codec.close();
        }
    }
}
