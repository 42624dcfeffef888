package io.marft.schemas.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.serde.RegistryUnavailableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class StreamsServiceTest {

    @Test
    void shouldReplaceItsThreadWhenBrokerOrRegistryIsOutOfReach() {
        assertTrue(StreamsService.transientError(new StreamsException(new TimeoutException("no answer"))));
        assertTrue(StreamsService.transientError(
                new StreamsException(new RegistryUnavailableException("no answer", new RuntimeException()))));
    }

    @Test
    void shouldStopOnWhatNoRetryMends() {
        assertFalse(StreamsService.transientError(new StreamsException(new TopicAuthorizationException("no"))));
        assertFalse(StreamsService.transientError(new IllegalStateException("a mistake of ours")));
    }
}
