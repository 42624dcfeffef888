package io.marft.streaming.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionsTest {

    private static final TopicPartition SOURCE = new TopicPartition("source", 0);
    private static final Map<TopicPartition, OffsetAndMetadata> OFFSETS = Map.of(SOURCE, new OffsetAndMetadata(7));
    private static final ConsumerGroupMetadata GROUP = new MockConsumer<>("earliest").groupMetadata();
    private static final List<ProducerRecord<String, byte[]>> RECORDS = List.of(
            new ProducerRecord<>("sink", "a", new byte[] {1}), new ProducerRecord<>("sink", "b", new byte[] {2}));

    /** Kafka's own stand-in for a producer, whose steps can be made to fail once each. */
    private static final class Scripted extends MockProducer<String, byte[]> {

        private final Deque<RuntimeException> commits = new ArrayDeque<>();
        private final Deque<RuntimeException> aborts = new ArrayDeque<>();

        Scripted() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public void commitTransaction() {
            fail(commits);
            super.commitTransaction();
        }

        @Override
        public void abortTransaction() {
            fail(aborts);
            super.abortTransaction();
        }

        private static void fail(Deque<RuntimeException> failures) {
            if (!failures.isEmpty()) {
                throw failures.remove();
            }
        }
    }

    private final List<Scripted> producers = new ArrayList<>();
    private final StopRequest stop = new StopRequest();
    private Transactions transactions;

    @BeforeEach
    void open() {
        transactions = new Transactions(
                () -> {
                    producers.add(new Scripted());
                    return producers.get(producers.size() - 1);
                },
                new Patience("test", stop));
        transactions.open();
    }

    private Scripted producer() {
        return producers.get(producers.size() - 1);
    }

    private Optional<Trouble> commit() {
        return transactions.commit(RECORDS, OFFSETS, GROUP);
    }

    private void assertAborted(RuntimeException error, Optional<Trouble> trouble) {
        assertSame(error, trouble.orElseThrow().error());
        assertTrue(producer().transactionAborted());
        assertEquals(List.of(), producer().history());
    }

    @Test
    void shouldCommitRecordsAndOffsetsTogether() {
        assertEquals(Optional.empty(), commit());

        assertEquals(RECORDS, producer().history());
        assertEquals(List.of(Map.of(GROUP.groupId(), OFFSETS)), producer().consumerGroupOffsetsHistory());
    }

    @Test
    void shouldAbortAfterAPassingErrorAndGoOnWithTheSameProducer() {
        RuntimeException error = new OutOfOrderSequenceException("a record was lost");
        producer().commits.add(error);

        assertAborted(error, commit());
        assertEquals(Optional.empty(), commit());
        assertEquals(RECORDS, producer().history());
        assertEquals(1, producers.size());
    }

    @Test
    void shouldAbortWhereThePartitionsPassedToOthers() {
        RuntimeException error = new CommitFailedException("the group has rebalanced");
        producer().sendOffsetsToTransactionException = error;

        assertAborted(error, commit());
    }

    @Test
    void shouldAbortWhereTheNextRecordCannotBeMadeNow() {
        RuntimeException error = new TimeoutException("the registry is away");
        Iterable<ProducerRecord<String, byte[]>> failing = () -> {
            throw error;
        };

        assertAborted(error, transactions.commit(failing, OFFSETS, GROUP));
    }

    @Test
    void shouldAskAgainHowACommitEndedRatherThanAbortIt() {
        producer().commits.add(new TimeoutException("no answer"));

        assertEquals(Optional.empty(), commit());
        assertEquals(1, producer().commitCount());
    }

    @Test
    void shouldSayThatNobodyKnowsWhetherTheTransactionIsThereWhenItStopsBeforeTheAnswer() {
        stop.make();
        producer().commits.add(new TimeoutException("no answer"));

        assertThrows(CommitUnansweredException.class, this::commit);
        assertTrue(producer().transactionInFlight());
    }

    @Test
    void shouldNotAbortWhatAnotherFencedAndGoOnOnlyWhenItIsOpenedAgain() {
        producer().fenceProducer();

        Trouble trouble = commit().orElseThrow();

        assertEquals(
                Trouble.Place.PRODUCER,
                assertInstanceOf(Trouble.Fenced.class, trouble).place());
        Scripted fenced = producer();
        transactions.open();
        assertTrue(fenced.closed());
        assertEquals(Optional.empty(), commit());
        assertEquals(2, producers.size());
    }

    @Test
    void shouldTakeAProducerThatCannotAbortForLost() {
        RuntimeException inError = new KafkaException(
                "Cannot execute transactional method because we are in an error state", new RuntimeException());
        producer().commits.add(new TimeoutException("delivery timed out", new TimeoutException("no answer")));
        producer().commits.add(new OutOfOrderSequenceException("a record was lost"));
        producer().aborts.add(inError);

        Trouble trouble = commit().orElseThrow();

        assertInstanceOf(Trouble.Fenced.class, trouble);
        assertInstanceOf(ProducerLostException.class, trouble.error());
        assertSame(inError, trouble.error().getCause());
        assertInstanceOf(Trouble.Fenced.class, Trouble.of(trouble.toThrow()), "whoever catches it sees the same");
    }

    @Test
    void shouldSeeWhereItIsFencedWhileItAborts() {
        RuntimeException fenced = new ProducerFencedException("the transaction was open for too long");
        producer().commits.add(new OutOfOrderSequenceException("a record was lost"));
        producer().aborts.add(new TimeoutException("no answer"));
        producer().aborts.add(fenced);

        assertSame(fenced, commit().orElseThrow().error());
    }

    @Test
    void shouldThrowWhatStopsTheService() {
        for (RuntimeException fatal : List.of(
                new TopicAuthorizationException("no right"),
                new FencedInstanceIdException("another has this name"),
                new KafkaException("in an error state", new TopicAuthorizationException("no right")),
                new IllegalStateException("a mistake of ours"))) {
            producer().sendOffsetsToTransactionException = fatal;
            assertSame(fatal, assertThrows(RuntimeException.class, this::commit));
            transactions.open();
        }
        producer().commits.add(new InvalidTxnStateException("not the broker's"));
        assertInstanceOf(Trouble.Fenced.class, commit().orElseThrow());
    }

    @Test
    void shouldThrowARefusalThatComesWithTheAbort() {
        RuntimeException refused = new KafkaException("in an error state", new TopicAuthorizationException("no right"));
        producer().commits.add(new OutOfOrderSequenceException("a record was lost"));
        producer().aborts.add(refused);

        assertSame(refused, assertThrows(KafkaException.class, this::commit));
    }

    @Test
    void shouldRefuseATransactionBeforeItIsOpen() {
        try (Transactions unopened = new Transactions(Scripted::new, new Patience("test", stop))) {
            assertThrows(IllegalStateException.class, () -> unopened.commit(RECORDS, OFFSETS, GROUP));
        }
    }
}
