package io.marft.streaming.life;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Writes records, and the offsets of what they were made from, in transactions under one transactional id: all of a
 * transaction becomes visible, or nothing does. The shape is that of Kafka's {@code ExactlyOnceMessageProcessor}, with what
 * that example leaves open: steps that time out, and producers that cannot even abort.
 *
 * <p>Not thread-safe.
 */
public final class Transactions implements AutoCloseable {

    /** How long to wait for a cluster that is away; a transaction that stays open is aborted by the id's next owner. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Supplier<Producer<String, byte[]>> producers;
    private final Patience patience;
    private Optional<Producer<String, byte[]>> current = Optional.empty();

    /**
     * Transactions of a transactional id; none can begin before {@link #open}.
     *
     * @param producer a transactional producer's properties
     * @param patience bounds how long an unanswered commit or abort is asked for again
     */
    public Transactions(Map<String, Object> producer, Patience patience) {
        this(() -> new KafkaProducer<>(producer), patience);
    }

    Transactions(Supplier<Producer<String, byte[]>> producers, Patience patience) {
        this.producers = producers;
        this.patience = patience;
    }

    /**
     * Takes the transactional id over with a new producer: fences whoever had it, and settles the transaction that one left
     * open. If it fails it may be tried again.
     */
    public void open() {
        current.ifPresent(old -> old.close(Duration.ZERO));
        current = Optional.of(producers.get());
        producer().initTransactions();
    }

    /** What a transaction writes. */
    @FunctionalInterface
    public interface Records {

        /** Makes one record after the other, and hands each over before it makes the next. */
        void forEach(Consumer<ProducerRecord<String, byte[]>> to);
    }

    /** As {@link #commit(Records, Map, ConsumerGroupMetadata)}, of records that are there. */
    public Optional<Trouble> commit(
            Iterable<ProducerRecord<String, byte[]>> records,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        Records each = records::forEach;
        return commit(each, offsets, group);
    }

    /**
     * Writes one transaction.
     *
     * @param records what to write. It may be larger than memory: a record is made only when there is room for it among those
     *     that are on their way
     * @param offsets by partition, where the group is to go on
     * @param group the consumer group whose offsets they are
     * @return empty if the transaction is committed. Otherwise it is not, and the trouble says why: after {@link
     *     Trouble.Fenced} the producer takes no more, and {@link #open} makes a new one; after any other the transaction is
     *     aborted and the next may begin
     * @throws CommitUnansweredException if the service stops before the cluster answered the commit
     * @throws RuntimeException the error of a trouble that stops the service
     */
    public Optional<Trouble> commit(
            Records records, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        try {
            producer().beginTransaction();
            records.forEach(record -> {
                var unused = producer().send(record); // A send that fails makes the commit fail.
            });
            producer().sendOffsetsToTransaction(offsets, group);
            commit();
            return Optional.empty();
        } catch (CommitUnansweredException e) {
            throw e;
        } catch (RuntimeException e) {
            Trouble trouble = Trouble.of(e);
            if (trouble.stops()) {
                throw e;
            }
            return Optional.of(trouble instanceof Trouble.Fenced ? trouble : abort(trouble));
        }
    }

    private void commit() {
        try {
            untilAnswered(producer()::commitTransaction);
        } catch (TimeoutException e) {
            throw new CommitUnansweredException(e);
        }
    }

    /** Aborts after a trouble. Returns the trouble that remains: where the abort fails, the producer is lost. */
    private Trouble abort(Trouble trouble) {
        try {
            untilAnswered(producer()::abortTransaction);
            return trouble;
        } catch (TimeoutException e) {
            throw e; // The service is to stop.
        } catch (KafkaException e) {
            Trouble second = Trouble.of(e);
            if (second instanceof Trouble.Refused) {
                throw e;
            }
            return second instanceof Trouble.Fenced ? second : Trouble.of(new ProducerLostException(e));
        }
    }

    /** A step that timed out is still under way. Only asking for it again tells how it ended. */
    private void untilAnswered(Runnable step) {
        while (true) {
            try {
                step.run();
                return;
            } catch (TimeoutException e) {
                patience.after(e);
            }
        }
    }

    private Producer<String, byte[]> producer() {
        return current.orElseThrow(() -> new IllegalStateException("no transaction can begin before open()"));
    }

    /** Aborts the transaction that is open, if any, and closes the producer. */
    @Override
    public void close() {
        current.ifPresent(producer -> producer.close(CLOSE_TIMEOUT));
    }
}
