package io.marft.streaming.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.wire.RegistryUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthorizerNotReadyException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TroubleTest {

    private static final String REFUSED = "Refused";
    private static final String MEMBER = "Fenced MEMBER";
    private static final String PRODUCER = "Fenced PRODUCER";
    private static final String LOST = "Lost";
    private static final String PASSING = "Passing";
    private static final String BROKEN = "Broken";

    /** Every answer that a broker of Kafka 4.3 can give. An answer that a later release adds must be put into a row. */
    private static final Map<String, String> ANSWERS = table(
            REFUSED,
            """
            TOPIC_AUTHORIZATION_FAILED GROUP_AUTHORIZATION_FAILED CLUSTER_AUTHORIZATION_FAILED
            TRANSACTIONAL_ID_AUTHORIZATION_FAILED DELEGATION_TOKEN_AUTHORIZATION_FAILED
            SASL_AUTHENTICATION_FAILED UNSUPPORTED_SASL_MECHANISM ILLEGAL_SASL_STATE SECURITY_DISABLED
            DELEGATION_TOKEN_AUTH_DISABLED DELEGATION_TOKEN_NOT_FOUND DELEGATION_TOKEN_OWNER_MISMATCH
            DELEGATION_TOKEN_REQUEST_NOT_ALLOWED DELEGATION_TOKEN_EXPIRED
            UNSUPPORTED_VERSION UNSUPPORTED_FOR_MESSAGE_FORMAT UNSUPPORTED_COMPRESSION_TYPE
            INVALID_SESSION_TIMEOUT INVALID_TRANSACTION_TIMEOUT GROUP_MAX_SIZE_REACHED INCONSISTENT_GROUP_PROTOCOL
            POLICY_VIOLATION MESSAGE_TOO_LARGE RECORD_LIST_TOO_LARGE INVALID_RECORD INVALID_TIMESTAMP
            OFFSET_METADATA_TOO_LARGE INVALID_COMMIT_OFFSET_SIZE
            """,
            MEMBER,
            "FENCED_INSTANCE_ID UNRELEASED_INSTANCE_ID",
            PRODUCER,
            "PRODUCER_FENCED INVALID_PRODUCER_EPOCH INVALID_PRODUCER_ID_MAPPING INVALID_TXN_STATE",
            LOST,
            """
            REBALANCE_IN_PROGRESS ILLEGAL_GENERATION UNKNOWN_MEMBER_ID MEMBER_ID_REQUIRED FENCED_MEMBER_EPOCH
            STALE_MEMBER_EPOCH OFFSET_OUT_OF_RANGE
            """,
            PASSING,
            """
            REQUEST_TIMED_OUT NETWORK_EXCEPTION BROKER_NOT_AVAILABLE UNKNOWN_SERVER_ERROR CORRUPT_MESSAGE
            UNKNOWN_TOPIC_OR_PARTITION UNKNOWN_TOPIC_ID INCONSISTENT_TOPIC_ID LEADER_NOT_AVAILABLE NOT_LEADER_OR_FOLLOWER
            REPLICA_NOT_AVAILABLE NOT_ENOUGH_REPLICAS NOT_ENOUGH_REPLICAS_AFTER_APPEND KAFKA_STORAGE_ERROR
            COORDINATOR_LOAD_IN_PROGRESS COORDINATOR_NOT_AVAILABLE NOT_COORDINATOR NOT_CONTROLLER
            FETCH_SESSION_ID_NOT_FOUND INVALID_FETCH_SESSION_EPOCH FETCH_SESSION_TOPIC_ID_ERROR LISTENER_NOT_FOUND
            FENCED_LEADER_EPOCH UNKNOWN_LEADER_EPOCH OFFSET_NOT_AVAILABLE PREFERRED_LEADER_NOT_AVAILABLE
            ELIGIBLE_LEADERS_NOT_AVAILABLE ELECTION_NOT_NEEDED UNSTABLE_OFFSET_COMMIT THROTTLING_QUOTA_EXCEEDED
            CONCURRENT_TRANSACTIONS OUT_OF_ORDER_SEQUENCE_NUMBER UNKNOWN_PRODUCER_ID DUPLICATE_SEQUENCE_NUMBER
            TRANSACTION_ABORTABLE OPERATION_NOT_ATTEMPTED REASSIGNMENT_IN_PROGRESS REBOOTSTRAP_REQUIRED
            INVALID_REPLICATION_FACTOR SHARE_SESSION_NOT_FOUND INVALID_SHARE_SESSION_EPOCH SHARE_SESSION_LIMIT_REACHED
            """,
            BROKEN,
            """
            INVALID_FETCH_SIZE STALE_CONTROLLER_EPOCH INVALID_TOPIC_EXCEPTION INVALID_REQUIRED_ACKS INVALID_GROUP_ID
            TOPIC_ALREADY_EXISTS INVALID_PARTITIONS INVALID_REPLICA_ASSIGNMENT INVALID_CONFIG INVALID_REQUEST
            TRANSACTION_COORDINATOR_FENCED LOG_DIR_NOT_FOUND INVALID_PRINCIPAL_TYPE NON_EMPTY_GROUP GROUP_ID_NOT_FOUND
            TOPIC_DELETION_DISABLED STALE_BROKER_EPOCH NO_REASSIGNMENT_IN_PROGRESS GROUP_SUBSCRIBED_TO_TOPIC
            RESOURCE_NOT_FOUND DUPLICATE_RESOURCE UNACCEPTABLE_CREDENTIAL INCONSISTENT_VOTER_SET INVALID_UPDATE_VERSION
            FEATURE_UPDATE_FAILED PRINCIPAL_DESERIALIZATION_FAILURE SNAPSHOT_NOT_FOUND POSITION_OUT_OF_RANGE
            DUPLICATE_BROKER_REGISTRATION BROKER_ID_NOT_REGISTERED INCONSISTENT_CLUSTER_ID TRANSACTIONAL_ID_NOT_FOUND
            INELIGIBLE_REPLICA NEW_LEADER_ELECTED OFFSET_MOVED_TO_TIERED_STORAGE UNSUPPORTED_ASSIGNOR
            MISMATCHED_ENDPOINT_TYPE UNSUPPORTED_ENDPOINT_TYPE UNKNOWN_CONTROLLER_ID UNKNOWN_SUBSCRIPTION_ID
            TELEMETRY_TOO_LARGE INVALID_REGISTRATION INVALID_RECORD_STATE FENCED_STATE_EPOCH INVALID_VOTER_KEY
            DUPLICATE_VOTER VOTER_NOT_FOUND INVALID_REGULAR_EXPRESSION STREAMS_INVALID_TOPOLOGY
            STREAMS_INVALID_TOPOLOGY_EPOCH STREAMS_TOPOLOGY_FENCED
            """);

    private static Map<String, String> table(String... rows) {
        Map<String, String> table = new TreeMap<>();
        for (int row = 0; row < rows.length; row += 2) {
            for (String name : rows[row + 1].strip().split("\\s+", -1)) {
                assertEquals(null, table.put(name, rows[row]), name);
            }
        }
        return table;
    }

    private static String kind(Throwable error) {
        Trouble trouble = Trouble.of(error);
        assertSame(error, trouble.error());
        return trouble.getClass().getSimpleName()
                + (trouble instanceof Trouble.Fenced fenced ? " " + fenced.place() : "");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldGiveEveryAnswerOfABrokerOneKindHoweverItIsWrapped(Errors answer) {
        String expected = ANSWERS.get(answer.name());

        assertEquals(expected, kind(answer.exception()), "itself");
        assertEquals(expected, kind(new ExecutionException(answer.exception())), "from a future");
        assertEquals(expected, kind(new CompletionException(answer.exception())), "from a stage");
        assertEquals(expected, kind(new StreamsException("task failed", answer.exception())), "from Kafka Streams");
        assertEquals(
                expected,
                kind(new KafkaException(
                        "Cannot execute transactional method because we are in an error state", answer.exception())),
                "from a producer in error");
        assertEquals(expected, kind(new IllegalStateException("ours", answer.exception())), "from code of ours");
        assertEquals(
                expected,
                kind(new StreamsException(new KafkaException("Unexpected error from SyncGroup: " + answer.message()))),
                "by its text alone");
    }

    @Test
    void shouldKnowTheAnswersOfThisReleaseAndNoOthers() {
        Set<String> answers = Arrays.stream(Errors.values())
                .filter(answer -> answer != Errors.NONE)
                .map(Errors::name)
                .collect(Collectors.toSet());
        assertEquals(answers, ANSWERS.keySet());
    }

    @Test
    void shouldTellAnswersApartByTheEndOfATextAlone() {
        for (Errors one : Errors.values()) {
            for (Errors other : Errors.values()) {
                assertTrue(one == other || !one.message().endsWith(other.message()), one + " and " + other);
            }
        }
    }

    private record Case(String kind, Throwable error) {}

    static Stream<Case> errorsOfClients() {
        TopicPartition partition = new TopicPartition("topic", 0);
        return Stream.of(
                new Case(REFUSED, new SslAuthenticationException("SSL handshake failed")),
                new Case(REFUSED, new MissingSourceTopicException("no topic")),
                new Case(LOST, new CommitFailedException("the group has rebalanced")),
                new Case(LOST, new OffsetOutOfRangeException(Map.of(partition, 1L))),
                new Case(LOST, new NoOffsetForPartitionException(partition)),
                new Case(LOST, new TaskCorruptedException(Set.of())),
                new Case(LOST, new TaskMigratedException("another has the task", new TimeoutException("away"))),
                new Case(PASSING, new TimeoutException("away")),
                new Case(PASSING, new BufferExhaustedException("full")),
                new Case(PASSING, new DisconnectException("away")),
                new Case(PASSING, new AuthorizerNotReadyException()),
                new Case(PASSING, new RetriableCommitFailedException("later")),
                new Case(PASSING, new TransactionAbortedException()),
                new Case(PASSING, new RegistryUnavailableException("away", new IOException())),
                new Case(
                        PASSING,
                        new KafkaException(
                                "Failed to construct kafka producer",
                                new ConfigException("No resolvable bootstrap urls given in bootstrap.servers"))),
                new Case(
                        PASSING,
                        inError(new KafkaException("The client hasn't received acknowledgment for some previously sent"
                                + " messages and can no longer retry them. It is safe to abort the transaction and"
                                + " continue."))),
                new Case(
                        PASSING,
                        new KafkaException("Could not add partitions to transaction due to errors: {actions-0=NONE}")),
                new Case(
                        PRODUCER,
                        inError(new KafkaException("The client hasn't received acknowledgment for some previously sent"
                                + " messages and can no longer retry them. It isn't safe to continue."))),
                new Case(PRODUCER, new ProducerLostException(new KafkaException("in an error state"))),
                new Case(BROKEN, new SerializationException("not readable")),
                new Case(BROKEN, new InterruptException("interrupted")),
                new Case(BROKEN, new WakeupException()),
                new Case(BROKEN, new ProcessorStateException("store")),
                new Case(BROKEN, new KafkaException("Failed to construct kafka consumer")),
                new Case(BROKEN, new KafkaException()),
                new Case(BROKEN, new ConfigException("acks", "3")),
                new Case(BROKEN, new IllegalStateException("a mistake of ours")),
                new Case(BROKEN, new IllegalStateException("It is safe to abort the transaction and continue.")),
                new Case(BROKEN, new OutOfMemoryError()),
                new Case(BROKEN, new java.util.concurrent.TimeoutException()));
    }

    private static KafkaException inError(Throwable cause) {
        return new KafkaException("Cannot execute transactional method because we are in an error state", cause);
    }

    @ParameterizedTest
    @MethodSource("errorsOfClients")
    void shouldGiveEveryErrorOfAClientOneKind(Case example) {
        assertEquals(example.kind(), kind(example.error()));
        assertEquals(example.kind(), kind(new StreamsException(example.error())));
    }

    /** Clients throw these without a type. A release that words them otherwise must be met by this table. */
    @Test
    void shouldLookForTheTextsThatThisReleaseOfTheClientsHas() throws IOException {
        String producer = "producer/internals/TransactionManager";
        assertHolds(producer, "It is safe to abort the transaction and continue.");
        assertHolds(producer, "It isn't safe to continue.");
        assertHolds(producer + "$AddPartitionsToTxnHandler", "Could not add partitions to transaction due to errors: ");
        assertHolds("ClientUtils", "No resolvable bootstrap urls given in bootstrap.servers");
    }

    private static void assertHolds(String type, String text) throws IOException {
        try (InputStream file =
                KafkaException.class.getResourceAsStream("/org/apache/kafka/clients/" + type + ".class")) {
            assertTrue(new String(file.readAllBytes(), StandardCharsets.ISO_8859_1).contains(text), type);
        }
    }

    @Test
    void shouldCountTheGravestOfAnErrorAndItsCausesWhateverTheirOrder() {
        List<Supplier<Throwable>> gravestFirst = List.of(
                () -> new TopicAuthorizationException("no"),
                () -> new FencedInstanceIdException("taken"),
                () -> new ProducerFencedException("taken"),
                RebalanceInProgressException::new,
                () -> new TimeoutException("away"),
                () -> new IllegalStateException("a mistake"));
        for (int grave = 0; grave < gravestFirst.size(); grave++) {
            for (int light = grave + 1; light < gravestFirst.size(); light++) {
                Supplier<Throwable> one = gravestFirst.get(grave);
                Supplier<Throwable> other = gravestFirst.get(light);
                assertEquals(kind(one.get()), kind(one.get().initCause(other.get())));
                assertEquals(kind(one.get()), kind(other.get().initCause(one.get())));
            }
        }
    }

    @Test
    void shouldStopAServiceOnlyForWhatItCannotMendItself() {
        for (Throwable stopping : List.of(
                new SaslAuthenticationException("wrong password"),
                new FencedInstanceIdException("another has this name"),
                new IllegalStateException("a mistake of ours"))) {
            assertTrue(Trouble.of(stopping).stops(), stopping.toString());
        }
        for (Throwable passing : List.of(
                new TimeoutException("away"),
                new CommitFailedException("rebalanced"),
                new ProducerFencedException("the transaction was open for too long"),
                new InvalidPidMappingException("the id was not used for a week"),
                new OutOfOrderSequenceException("an abort begins a new sequence"))) {
            assertFalse(Trouble.of(passing).stops(), passing.toString());
        }
    }

    @Test
    void shouldThrowTheErrorItselfWhereItIsUnchecked() {
        RuntimeException unchecked = new TimeoutException("away");
        assertSame(unchecked, Trouble.of(unchecked).toThrow());
        Error fatal = new OutOfMemoryError();
        assertSame(fatal, assertThrows(Error.class, () -> Trouble.of(fatal).toThrow()));
        Exception checked = new ExecutionException(unchecked);
        assertSame(checked, Trouble.of(checked).toThrow().getCause());
    }

    @Test
    void shouldLookAtEachCauseOnceHoweverManyThereAre() {
        Throwable error = new TimeoutException("away");
        for (Throwable unused : Collections.nCopies(10_000, error)) {
            error = new IllegalStateException("around", error);
        }
        assertEquals(PASSING, kind(error));
    }
}
