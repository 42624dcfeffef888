package io.marft.streaming.log;

import io.marft.schemas.team.Spans;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * A transaction that is open and holds readers up: what is written behind its first record can be read only when it has
 * ended. One that stays open for long has usually lost its producer.
 *
 * @param producer the producer's transactional id, or its number where the cluster does not tell the id
 * @param since when it began; empty where the cluster does not tell
 * @param timeout after which the broker aborts it at the latest; empty where the cluster does not tell
 * @param heldUp by partition how many offsets cannot be read yet, markers included
 */
public record OpenTransaction(
        String producer,
        Optional<Instant> since,
        Optional<Duration> timeout,
        SortedMap<String, Map<Integer, Long>> heldUp) {

    /** A sound transaction takes some milliseconds. */
    private static final Duration NOTABLE = Duration.ofSeconds(2);

    /**
     * A line for each transaction that has held readers of the catalogue's topics up for more than a moment.
     *
     * @throws ExecutionException if the cluster does not say which topics there are
     */
    public static List<String> lines(ClientSettings client, Admin admin)
            throws ExecutionException, InterruptedException {
        List<String> topics = admin.listTopics().names().get().stream()
                .filter(name -> client.topics().find(name).isPresent())
                .toList();
        List<TopicPartition> partitions = new ArrayList<>();
        admin.describeTopics(topics).allTopicNames().get().forEach((name, topic) -> topic.partitions()
                .forEach(partition -> partitions.add(new TopicPartition(name, partition.partition()))));
        Instant now = Instant.now();
        return find(admin, partitions).stream()
                .filter(open -> open.since
                        .map(began -> began.plus(NOTABLE).isBefore(now))
                        .orElse(true))
                .map(open -> open.line(now))
                .toList();
    }

    /** The open transactions behind which something stands in these partitions, longest open first. */
    static List<OpenTransaction> find(Admin admin, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> held = held(admin, partitions);
        if (held.isEmpty()) {
            return List.of();
        }
        try {
            Map<Long, Map<TopicPartition, Long>> byProducer = new HashMap<>();
            for (TopicPartition partition : held.keySet()) {
                for (ProducerState state : producers(admin, partition)) {
                    if (state.currentTransactionStartOffset().isPresent()) {
                        byProducer
                                .computeIfAbsent(state.producerId(), first -> new HashMap<>())
                                .put(partition, held.get(partition));
                    }
                }
            }
            return describe(admin, byProducer);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static Map<TopicPartition, Long> held(Admin admin, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> readable = LogEnds.readable(admin, partitions);
        Map<TopicPartition, Long> held = new HashMap<>();
        LogEnds.written(admin, partitions).forEach((partition, end) -> {
            if (end > readable.get(partition)) {
                held.put(partition, end - readable.get(partition));
            }
        });
        return held;
    }

    /** Of a partition; none where the cluster does not let this client ask. */
    private static List<ProducerState> producers(Admin admin, TopicPartition partition) throws InterruptedException {
        try {
            return admin.describeProducers(List.of(partition))
                    .partitionResult(partition)
                    .get()
                    .activeProducers();
        } catch (ExecutionException e) {
            return List.of();
        }
    }

    private static List<OpenTransaction> describe(Admin admin, Map<Long, Map<TopicPartition, Long>> byProducer)
            throws InterruptedException {
        Map<Long, TransactionListing> listed = new HashMap<>();
        Map<String, TransactionDescription> described = new HashMap<>();
        try {
            admin.listTransactions(new ListTransactionsOptions().filterProducerIds(byProducer.keySet()))
                    .all()
                    .get()
                    .forEach(listing -> listed.put(listing.producerId(), listing));
            described.putAll(admin.describeTransactions(listed.values().stream()
                            .map(TransactionListing::transactionalId)
                            .toList())
                    .all()
                    .get());
        } catch (ExecutionException e) {
            // No right to ask: the producers' numbers must do.
        }
        List<OpenTransaction> found = new ArrayList<>();
        byProducer.forEach((id, held) -> {
            Optional<String> name = Optional.ofNullable(listed.get(id)).map(TransactionListing::transactionalId);
            Optional<TransactionDescription> description = name.map(described::get);
            found.add(new OpenTransaction(
                    name.map(known -> "'" + known + "'").orElse("number " + id),
                    description.flatMap(known -> known.transactionStartTimeMs().isPresent()
                            ? Optional.of(Instant.ofEpochMilli(
                                    known.transactionStartTimeMs().getAsLong()))
                            : Optional.empty()),
                    description.map(known -> Duration.ofMillis(known.transactionTimeoutMs())),
                    byTopic(held)));
        });
        found.sort((one, other) -> one.since.orElse(Instant.EPOCH).compareTo(other.since.orElse(Instant.EPOCH)));
        return found;
    }

    private static SortedMap<String, Map<Integer, Long>> byTopic(Map<TopicPartition, Long> held) {
        SortedMap<String, Map<Integer, Long>> byTopic = new TreeMap<>();
        held.forEach((partition, offsets) -> byTopic.computeIfAbsent(partition.topic(), first -> new TreeMap<>())
                .put(partition.partition(), offsets));
        return byTopic;
    }

    /** In one line: what waits, behind whom, since when and until when. */
    String line(Instant now) {
        List<String> places = new ArrayList<>();
        heldUp.forEach((topic, partitions) -> places.add(topic + " " + new TreeSet<>(partitions.keySet())));
        long offsets = heldUp.values().stream()
                .flatMap(partitions -> partitions.values().stream())
                .mapToLong(Long::longValue)
                .sum();
        return offsets + " offsets of " + String.join(", ", places) + " wait behind the open transaction of producer "
                + producer
                + since.map(began -> ", open for "
                                + Math.max(0, Duration.between(began, now).toSeconds()) + "s")
                        .orElse("")
                + timeout.map(limit -> ", aborted after " + Spans.text(limit) + " at the latest")
                        .orElse("")
                + ": let that producer end it, or start it again under the same transactional id";
    }
}
