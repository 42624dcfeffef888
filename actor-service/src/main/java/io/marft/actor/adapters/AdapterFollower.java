package io.marft.actor.adapters;

import io.marft.actor.adapters.AdapterCheck.Refused;
import io.marft.actor.adapters.AdapterCheck.Verdict;
import io.marft.actor.adapters.AdapterCheck.Verified;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.AdapterChunk;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.wire.DeadLetters;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.KeyText;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.StaticMember;
import io.marft.streaming.life.ThreadedService;
import io.marft.streaming.life.Transactions;
import io.marft.streaming.life.Trouble;
import io.marft.streaming.log.LogEnds;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest good adapter of each agent, kept up to date by one thread that reads manifests and chunks: from where the
 * newest ones begin ({@link NewestAdapters}), or, should one of those be of no use, from the beginning. An adapter that is
 * not what its manifest says, or does not fit the model, is refused with a log line and a dead letter, and the last good
 * one stays. The topics are read anew at every start; committed offsets only say which records have had their dead letters.
 *
 * <p>Thread-safe. {@link #of} never blocks; {@link #awaitCaughtUp} waits until everything that was published before
 * {@link #start} has been read, so that an agent that comes back does not serve weights of the past.
 */
public final class AdapterFollower extends ThreadedService {

    private static final Logger LOG = LoggerFactory.getLogger(AdapterFollower.class);
    private static final String NAME = "serving";
    private static final Duration POLL = Duration.ofMillis(500);

    private final ClientSettings settings;
    private final String team;
    private final AdapterCheck check;
    private final Set<String> agents;
    private final Map<String, AdapterAssembly<ConsumerRecord<String, byte[]>>> assemblies = new HashMap<>();
    private final Map<String, VersionedAdapter> served = new ConcurrentHashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> toldBefore = new HashMap<>();
    private final Map<TopicPartition, Long> told = new HashMap<>();
    /** Places of records that were rejected until the log was read to its end: a start may read some of them twice. */
    private final Set<String> rejected = new HashSet<>();
    /** Letters about what was read since the last {@link #note}. */
    private final List<ProducerRecord<String, byte[]>> letters = new ArrayList<>();

    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final KafkaConsumer<String, byte[]> consumer;
    private final Transactions transactions;
    private final RecordCodec codec;
    private volatile boolean complete;

    /**
     * @param instance this process's name among those that run the same agents
     * @param team the team whose adapters are read
     * @param agents the agents whose adapters are read; none stands for all
     * @param baseModelDigest digest of the model that is to carry them
     * @param model its shape
     */
    public AdapterFollower(
            ClientSettings settings,
            String instance,
            String team,
            Set<String> agents,
            String baseModelDigest,
            ModelConfig model) {
        super(NAME);
        this.settings = settings;
        this.team = team;
        this.check = new AdapterCheck(baseModelDigest, model);
        this.agents = Set.copyOf(agents);
        this.consumer = new KafkaConsumer<>(settings.consumer(settings.names().adapterFollower(team, instance)));
        Map<String, Object> producing =
                settings.transactionalProducer(settings.names().adapterFollower(team, instance));
        producing.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, StaticMember.SESSION_TIMEOUT_MS);
        this.transactions = new Transactions(producing, patience());
        this.codec = settings.codec();
    }

    /** The adapter that the agent is to act with now. */
    public VersionedAdapter of(String agent) {
        return served.getOrDefault(agent, VersionedAdapter.base());
    }

    /**
     * Waits until everything that was published before the start has been read.
     *
     * @throws IllegalStateException if the reader failed or was closed before it got there
     */
    public void awaitCaughtUp() throws InterruptedException {
        caughtUp.await();
        if (!complete) {
            throw new IllegalStateException(
                    "adapters could not be read to the end of their log",
                    failure().orElse(null));
        }
    }

    @Override
    protected void work() {
        patience().run(transactions::open);
        patience().run(this::catchUp);
        rejected.clear(); // From here on nothing is read twice.
        complete = !stop().isMade();
        caughtUp.countDown();
        while (!stop().isMade()) {
            patience().run(this::poll);
        }
    }

    /** Reads what is on the log now. It may be tried again, and then begins anew. */
    private void catchUp() {
        assemblies.clear();
        List<TopicPartition> manifests = partitions(Topic.ADAPTERS);
        List<TopicPartition> chunks = partitions(Topic.ADAPTER_CHUNKS);
        NewestAdapters newest = new NewestAdapters(consumer);
        newest.find(manifests, this::manifest);
        newest.seek(manifests, chunks);
        toldBefore.putAll(consumer.committed(consumer.assignment()));
        readTo(consumer.endOffsets(consumer.assignment()));
        if (!newest.served(served)) {
            LOG.atWarn().addKeyValue("service", NAME).log("a newest adapter is of no use; reading all of them");
            assemblies.replaceAll((agent, assembly) -> new AdapterAssembly<>());
            consumer.seekToBeginning(consumer.assignment());
            readTo(consumer.endOffsets(consumer.assignment()));
        }
    }

    @Override
    protected void wake() {
        consumer.wakeup();
    }

    @Override
    protected void release() {
        caughtUp.countDown();
        consumer.close();
        transactions.close();
        codec.close();
    }

    private List<TopicPartition> partitions(Topic topic) {
        return LogReader.partitions(consumer, settings.topics().of(topic));
    }

    private void readTo(Map<TopicPartition, Long> ends) {
        while (!stop().isMade() && !LogEnds.reached(consumer, ends)) {
            poll();
        }
    }

    /** The manifest in a record, if it is one of these agents'; what is none of theirs is refused when it is read. */
    private Optional<AdapterManifest> manifest(ConsumerRecord<String, byte[]> record) {
        return patience().get(() -> codec.decode(record.topic(), record.value(), AdapterManifest.class))
                                instanceof Decoded.Valid<AdapterManifest> valid
                        && serves(valid.value().getTeam(), valid.value().getAgent())
                        && mismatch(
                                        record,
                                        valid.value().getTeam(),
                                        valid.value().getAgent())
                                .isEmpty()
                ? Optional.of(valid.value())
                : Optional.empty();
    }

    private void poll() {
        ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
        records.forEach(this::read);
        if (!records.isEmpty()) {
            note();
        }
    }

    /** Writes the dead letters, and how far they go, in one transaction, so that there is one of each whatever is killed. */
    private void note() {
        for (TopicPartition partition : consumer.assignment()) {
            long position = Math.max(consumer.position(partition), toldBefore(partition));
            told.merge(partition, position, Math::max);
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        told.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
        while (true) {
            Optional<Trouble> trouble = transactions.commit(letters, offsets, consumer.groupMetadata());
            if (trouble.isEmpty()) {
                letters.clear();
                return;
            }
            patience().after(trouble.get());
            if (trouble.get() instanceof Trouble.Fenced) {
                patience().run(transactions::open);
                // A transaction that was taken for lost may have been committed.
                if (patience().get(() -> noted(offsets))) {
                    letters.clear();
                    return;
                }
            }
        }
    }

    private boolean noted(Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(offsets.keySet());
        return offsets.entrySet().stream()
                .allMatch(wanted -> committed.get(wanted.getKey()) != null
                        && committed.get(wanted.getKey()).offset()
                                == wanted.getValue().offset());
    }

    /** The offset up to which an earlier life of this process has written dead letters. */
    private long toldBefore(TopicPartition partition) {
        OffsetAndMetadata offset = toldBefore.get(partition);
        return offset == null ? 0 : offset.offset();
    }

    private void read(ConsumerRecord<String, byte[]> record) {
        if (record.topic().equals(settings.topics().of(Topic.ADAPTERS))) {
            sound(record, AdapterManifest.class, AdapterManifest::getTeam, AdapterManifest::getAgent)
                    .filter(manifest -> serves(manifest.getTeam(), manifest.getAgent()))
                    .flatMap(manifest -> assembly(manifest.getAgent()).add(manifest, record))
                    .ifPresent(this::serve);
        } else {
            sound(record, AdapterChunk.class, AdapterChunk::getTeam, AdapterChunk::getAgent)
                    .filter(chunk -> serves(chunk.getTeam(), chunk.getAgent()))
                    .flatMap(chunk -> assembly(chunk.getAgent()).add(chunk))
                    .ifPresent(this::serve);
        }
    }

    private boolean serves(String ofTeam, String agent) {
        return ofTeam.equals(team) && (agents.isEmpty() || agents.contains(agent));
    }

    private AdapterAssembly<ConsumerRecord<String, byte[]>> assembly(String agent) {
        return assemblies.computeIfAbsent(agent, absent -> new AdapterAssembly<>());
    }

    private void serve(AdapterAssembly.Complete<ConsumerRecord<String, byte[]>> complete) {
        AdapterManifest manifest = complete.manifest();
        Verdict verdict = check.check(manifest, complete.weights());
        if (verdict instanceof Verified verified) {
            served.put(manifest.getAgent(), verified.adapter());
            assemblies.get(manifest.getAgent()).serves(manifest.getVersion());
            LOG.atInfo()
                    .addKeyValue("agent", manifest.getAgent())
                    .addKeyValue("adapter", manifest.getVersion())
                    .addKeyValue("update", manifest.getUpdate())
                    .addKeyValue(
                            "millis",
                            Duration.between(manifest.getCreatedAt(), Instant.now())
                                    .toMillis())
                    .log("adapter is in service");
        } else if (verdict instanceof Refused refused) {
            reject(
                    complete.source(),
                    "adapter version " + manifest.getVersion() + " of agent '" + manifest.getAgent()
                            + "' is refused: " + refused.reason() + "; version "
                            + of(manifest.getAgent()).version() + " stays in service");
        }
    }

    /** The record's value if it is readable and has its agent for a key, whoever's agent that is. */
    private <T extends SpecificRecord> Optional<T> sound(
            ConsumerRecord<String, byte[]> record,
            Class<T> type,
            Function<T, String> ofTeam,
            Function<T, String> agent) {
        Decoded<T> decoded = patience().get(() -> codec.decode(record.topic(), record.value(), type));
        if (decoded instanceof Decoded.Invalid<T> invalid) {
            reject(record, invalid.reason());
            return Optional.empty();
        }
        T value = ((Decoded.Valid<T>) decoded).value();
        Optional<String> mismatch = mismatch(record, ofTeam.apply(value), agent.apply(value));
        mismatch.ifPresent(reason -> reject(record, reason));
        return mismatch.isPresent() ? Optional.empty() : Optional.of(value);
    }

    /** Versions before 0.2 keyed these records, which are kept for ever, by the agent alone. */
    private static Optional<String> mismatch(ConsumerRecord<String, byte[]> record, String team, String agent) {
        return agent.equals(record.key())
                ? Optional.empty()
                : KeyText.mismatch(record.key(), Topic.Key.ofAgent(team, agent));
    }

    private void reject(ConsumerRecord<String, byte[]> record, String reason) {
        LOG.atError()
                .addKeyValue("agent", record.key())
                .addKeyValue("topic", record.topic())
                .addKeyValue("offset", record.offset())
                .addKeyValue("reason", reason)
                .log("adapter record is refused");
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        boolean known = record.offset() < toldBefore(partition) || !rejected.add(partition + "@" + record.offset());
        if (known) {
            return;
        }
        DeadLetter letter = DeadLetters.of(NAME, reason, record);
        letters.add(patience().get(() -> DeadLetters.outgoing(letter, settings.topics(), codec)));
    }
}
