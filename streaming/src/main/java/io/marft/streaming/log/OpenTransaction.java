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
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
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
 * @param first by partition the offset of its first record
 * @param heldUp how many offsets of these partitions cannot be read yet, markers included
 */
public record OpenTransaction(
        String producer,
        Optional<Instant> since,
        Optional<Duration> timeout,
        Map<TopicPartition, Long> first,
        long heldUp) {

    /** A sound transaction takes some milliseconds. */
    private static final Duration NOTABLE = Duration.ofSeconds(2);

    /**
     * A line for each transaction that holds readers of the catalogue's topics up for more than a moment. Where the cluster
     * does not tell when a transaction began, this looks twice.
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
        List<OpenTransaction> open = find(admin, partitions);
        List<OpenTransaction> before = List.of();
        if (open.stream().anyMatch(one -> one.since.isEmpty())) {
            Thread.sleep(NOTABLE.toMillis());
            before = open;
            open = find(admin, partitions);
        }
        Instant now = Instant.now();
        List<String> lines = new ArrayList<>();
        for (OpenTransaction one : open) {
            boolean old =
                    one.since.filter(began -> began.plus(NOTABLE).isBefore(now)).isPresent();
            if (old || before.stream().anyMatch(one::isStill)) {
                lines.add(one.line(now));
            }
        }
        return lines;
    }

    /** The open transactions behind which something stands in these partitions, longest open first. */
    public static List<OpenTransaction> find(Admin admin, Collection<TopicPartition> partitions) {
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
                                .computeIfAbsent(state.producerId(), absent -> new HashMap<>())
                                .put(
                                        partition,
                                        state.currentTransactionStartOffset().getAsLong());
                    }
                }
            }
            return describe(admin, byProducer, held);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Whether this is the transaction that another look found. */
    public boolean isStill(OpenTransaction before) {
        return producer.equals(before.producer)
                && first.entrySet().stream().anyMatch(before.first.entrySet()::contains);
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

    private static List<OpenTransaction> describe(
            Admin admin, Map<Long, Map<TopicPartition, Long>> byProducer, Map<TopicPartition, Long> held)
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
        byProducer.forEach((id, first) -> {
            Optional<String> name = Optional.ofNullable(listed.get(id)).map(TransactionListing::transactionalId);
            Optional<TransactionDescription> description = name.map(described::get);
            found.add(new OpenTransaction(
                    name.map(known -> "'" + known + "'").orElse("number " + id),
                    description.flatMap(known -> known.transactionStartTimeMs().isPresent()
                            ? Optional.of(Instant.ofEpochMilli(
                                    known.transactionStartTimeMs().getAsLong()))
                            : Optional.empty()),
                    description.map(known -> Duration.ofMillis(known.transactionTimeoutMs())),
                    first,
                    first.keySet().stream().mapToLong(held::get).sum()));
        });
        found.sort((one, other) -> one.since.orElse(Instant.EPOCH).compareTo(other.since.orElse(Instant.EPOCH)));
        return found;
    }

    /** In one line: what waits, behind whom, since when and until when. */
    public String line(Instant now) {
        SortedMap<String, Set<Integer>> places = new TreeMap<>();
        first.keySet().forEach(partition -> places.computeIfAbsent(partition.topic(), absent -> new TreeSet<>())
                .add(partition.partition()));
        String where = places.entrySet().stream()
                .map(place -> place.getKey() + " " + place.getValue())
                .collect(Collectors.joining(", "));
        return heldUp + " offsets of " + where + " wait behind the open transaction of producer "
                + producer
                + since.map(began -> ", open for "
                                + Math.max(0, Duration.between(began, now).toSeconds()) + "s")
                        .orElse("")
                + timeout.map(limit -> ", aborted after " + Spans.text(limit) + " at the latest")
                        .orElse("")
                + ": let that producer end it, or start it again under the same transactional id";
    }
}
