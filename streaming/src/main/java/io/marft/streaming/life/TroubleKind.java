package io.marft.streaming.life;

import io.marft.schemas.wire.RegistryUnavailableException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.errors.DelegationTokenDisabledException;
import org.apache.kafka.common.errors.DelegationTokenExpiredException;
import org.apache.kafka.common.errors.DelegationTokenNotFoundException;
import org.apache.kafka.common.errors.DelegationTokenOwnerMismatchException;
import org.apache.kafka.common.errors.DuplicateSequenceException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InvalidCommitOffsetSizeException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.MemberIdRequiredException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.OperationNotAttemptedException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.ReassignmentInProgressException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RebootstrapRequiredException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.apache.kafka.common.errors.UnsupportedByAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.streams.errors.LockException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;

/**
 * The table behind {@link Trouble#of}: which errors are of one kind.
 *
 * <p>It is a table of Kafka 4.3's errors. What Kafka calls retriable is passing. So is what a transaction, a broker or a
 * cluster on its way up leaves behind by itself; an error out of sequence, for instance, because an abort gives the producer
 * a new epoch in which its sequence begins anew. What no kind covers is {@link Trouble.Broken}.
 *
 * @param trouble makes the trouble of an error
 * @param texts parts of the texts of errors that have no type of their own
 * @param types types of errors, with their subtypes
 */
record TroubleKind(Function<Throwable, Trouble> trouble, Set<String> texts, Set<Class<? extends Throwable>> types) {

    private static final TroubleKind REFUSED = new TroubleKind(
            Trouble.Refused::new,
            Set.of(),
            Set.of(
                    // The broker's authorizer refuses, or the registry: RegistryRefusedException.
                    AuthenticationException.class,
                    AuthorizationException.class,
                    DelegationTokenDisabledException.class,
                    DelegationTokenExpiredException.class,
                    DelegationTokenNotFoundException.class,
                    DelegationTokenOwnerMismatchException.class,
                    SecurityDisabledException.class,
                    UnsupportedByAuthenticationException.class,
                    // The cluster is too old, or set otherwise than these clients need.
                    UnsupportedVersionException.class,
                    UnsupportedForMessageFormatException.class,
                    UnsupportedCompressionTypeException.class,
                    InvalidSessionTimeoutException.class,
                    InvalidTxnTimeoutException.class,
                    GroupMaxSizeReachedException.class,
                    InconsistentGroupProtocolException.class,
                    PolicyViolationException.class,
                    MissingSourceTopicException.class,
                    // A topic's settings do not take the record.
                    RecordTooLargeException.class,
                    RecordBatchTooLargeException.class,
                    InvalidRecordException.class,
                    InvalidTimestampException.class,
                    OffsetMetadataTooLarge.class,
                    InvalidCommitOffsetSizeException.class));

    private static final TroubleKind MEMBER_FENCED = new TroubleKind(
            error -> new Trouble.Fenced(error, Trouble.Place.MEMBER),
            Set.of(),
            Set.of(FencedInstanceIdException.class, UnreleasedInstanceIdException.class));

    private static final TroubleKind PRODUCER_FENCED = new TroubleKind(
            error -> new Trouble.Fenced(error, Trouble.Place.PRODUCER),
            Set.of("It isn't safe to continue."),
            Set.of(
                    ProducerFencedException.class,
                    InvalidProducerEpochException.class,
                    InvalidPidMappingException.class,
                    InvalidTxnStateException.class,
                    ProducerLostException.class));

    private static final TroubleKind LOST = new TroubleKind(
            Trouble.Lost::new,
            Set.of(),
            Set.of(
                    // The group gave this member's partitions to others.
                    CommitFailedException.class,
                    RebalanceInProgressException.class,
                    IllegalGenerationException.class,
                    UnknownMemberIdException.class,
                    MemberIdRequiredException.class,
                    FencedMemberEpochException.class,
                    StaleMemberEpochException.class,
                    TaskMigratedException.class,
                    // The log, or a state store, no longer holds what was asked for.
                    InvalidOffsetException.class,
                    OffsetOutOfRangeException.class,
                    TaskCorruptedException.class));

    private static final TroubleKind PASSING = new TroubleKind(
            Trouble.Passing::new,
            Set.of(
                    "It is safe to abort the transaction and continue.",
                    "Could not add partitions to transaction due to errors: ",
                    "No resolvable bootstrap urls given in bootstrap.servers"),
            Set.of(
                    RetriableException.class,
                    RegistryUnavailableException.class,
                    OutOfOrderSequenceException.class,
                    DuplicateSequenceException.class,
                    TransactionAbortableException.class,
                    TransactionAbortedException.class,
                    OperationNotAttemptedException.class,
                    UnknownServerException.class,
                    BrokerNotAvailableException.class,
                    RebootstrapRequiredException.class,
                    ReassignmentInProgressException.class,
                    // More replicas than brokers have come up so far.
                    InvalidReplicationFactorException.class,
                    LockException.class));

    /** All kinds, the gravest first. */
    static final List<TroubleKind> ALL = List.of(REFUSED, MEMBER_FENCED, PRODUCER_FENCED, LOST, PASSING);

    private static final List<Errors> ANSWERS = Arrays.stream(Errors.values())
            .filter(answer -> answer.exception() != null)
            .toList();

    /** Whether an error says that a topic's settings do not take a record. */
    static boolean ofRecordLimits(Throwable error) {
        return error instanceof RecordTooLargeException
                || error instanceof RecordBatchTooLargeException
                || error instanceof InvalidRecordException
                || error instanceof InvalidTimestampException;
    }

    /** Whether this kind covers an error; its causes do not count here. */
    boolean covers(Throwable error) {
        return hasType(error)
                || hasText(error)
                || answer(error).filter(this::hasType).isPresent();
    }

    private boolean hasType(Throwable error) {
        return types.stream().anyMatch(type -> type.isInstance(error));
    }

    private boolean hasText(Throwable error) {
        return hasTextOnly(error)
                && texts.stream().anyMatch(text -> error.getMessage().contains(text));
    }

    /**
     * The broker's answer that ends an error's text. Clients throw an answer that they do not expect with its text alone;
     * one such answer is that of a coordinator that is still loading its groups.
     */
    private static Optional<Throwable> answer(Throwable error) {
        return hasTextOnly(error)
                ? ANSWERS.stream()
                        .filter(answer -> error.getMessage().endsWith(answer.message()))
                        .findFirst()
                        .map(Errors::exception)
                : Optional.empty();
    }

    private static boolean hasTextOnly(Throwable error) {
        return error.getMessage() != null
                && (error.getClass() == KafkaException.class || error.getClass() == ConfigException.class);
    }
}
