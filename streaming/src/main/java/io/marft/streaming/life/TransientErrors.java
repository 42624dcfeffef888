package io.marft.streaming.life;

import io.marft.schemas.wire.RegistryUnavailableException;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/** Tells errors after which the same work may succeed later without anyone's help. */
public final class TransientErrors {

    private static final List<String> RETRIABLE = Arrays.stream(Errors.values())
            .filter(error -> error.exception() instanceof RetriableException)
            .map(Errors::message)
            .toList();

    private TransientErrors() {}

    /** Whether a cluster or a registry that does not answer now is what an error came from. */
    public static boolean isTransient(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RetriableException
                    || cause instanceof RegistryUnavailableException
                    || isRetriableAnswer(cause)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A consumer throws those answers of a group's coordinator that it does not expect with their text alone. One of them
     * is that of a coordinator that is still loading its groups (Kafka 4.3, to SyncGroup).
     */
    private static boolean isRetriableAnswer(Throwable error) {
        String message = error.getMessage();
        return error.getClass() == KafkaException.class
                && message != null
                && message.startsWith("Unexpected error ")
                && RETRIABLE.stream().anyMatch(message::endsWith);
    }
}
