package io.marft.streaming.life;

import org.apache.kafka.common.KafkaException;

/** A producer can neither commit its transaction nor abort it. A new one can begin again. */
public final class ProducerLostException extends KafkaException {

    private static final long serialVersionUID = 1L;

    ProducerLostException(Throwable cause) {
        super("the producer can neither commit nor abort its transaction: a new one must take its place", cause);
    }
}
