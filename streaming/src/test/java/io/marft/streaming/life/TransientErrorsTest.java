package io.marft.streaming.life;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.wire.RegistryUnavailableException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class TransientErrorsTest {

    private static Throwable answer(Errors error) {
        return new StreamsException(new KafkaException("Unexpected error from SyncGroup: " + error.message()));
    }

    @Test
    void shouldTryAgainWhenBrokerOrRegistryIsOutOfReach() {
        assertTrue(TransientErrors.isTransient(new StreamsException(new TimeoutException("no answer"))));
        assertTrue(TransientErrors.isTransient(
                new StreamsException(new RegistryUnavailableException("no answer", new RuntimeException()))));
    }

    @Test
    void shouldTryAgainWhenTheGroupsCoordinatorIsStillLoading() {
        assertTrue(TransientErrors.isTransient(answer(Errors.COORDINATOR_LOAD_IN_PROGRESS)));
    }

    @Test
    void shouldStopOnWhatNoRetryMends() {
        assertFalse(TransientErrors.isTransient(new StreamsException(new TopicAuthorizationException("no"))));
        assertFalse(TransientErrors.isTransient(answer(Errors.INVALID_GROUP_ID)));
        assertFalse(TransientErrors.isTransient(new KafkaException("Failed to construct kafka consumer")));
        assertFalse(TransientErrors.isTransient(new IllegalStateException("a mistake of ours")));
    }
}
