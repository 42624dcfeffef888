package io.marft.trainer.publish;

import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.streaming.life.Refusals;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes an update's records and its offsets in one transaction. To be used by the producer's thread. */
public final class UpdateTransaction {

    private static final Logger LOG = LoggerFactory.getLogger(UpdateTransaction.class);

    private final KafkaProducer<String, byte[]> producer;
    private final RecordCodec codec;
    private final ConsumerGroupMetadata group;
    private final CountDownLatch closing;

    /** @param closing ends the patience with a cluster that does not answer */
    public UpdateTransaction(
            KafkaProducer<String, byte[]> producer,
            RecordCodec codec,
            ConsumerGroupMetadata group,
            CountDownLatch closing) {
        this.producer = producer;
        this.codec = codec;
        this.group = group;
        this.closing = closing;
    }

    /**
     * Commits, and tries again after errors that an abort puts right: the update is computed, and only its writing
     * failed.
     *
     * @throws ProducerLostException if the producer can go on with nothing; a new one will
     * @throws KafkaException if another trainer has fenced this one, if it lacks a right, or if the service is closed
     *     before the cluster took the records
     */
    public void commit(List<UpdateRecords.Outgoing> records, Map<TopicPartition, OffsetAndMetadata> offsets)
            throws InterruptedException {
        while (true) {
            producer.beginTransaction();
            try {
                for (UpdateRecords.Outgoing record : records) {
                    byte[] value = codec.encode(record.topic(), record.value());
                    // A failed send fails the commit; the future adds nothing.
                    var unused = producer.send(new ProducerRecord<>(record.topic(), record.key(), value));
                }
                producer.sendOffsetsToTransaction(offsets, group);
                producer.flush();
                commitPatiently();
                return;
            } catch (ProducerFencedException
                    | AuthenticationException
                    | AuthorizationException
                    | OutOfOrderSequenceException e) {
                throw e;
            } catch (KafkaException | RegistryUnavailableException e) {
                if (Refusals.isRefusal(e)) {
                    throw e; // The producer holds it as the reason of its error.
                }
                abort();
                LOG.atWarn().setCause(e).log("Update's transaction aborted; trying again");
                if (closing.await(1, TimeUnit.SECONDS)) {
                    throw e;
                }
            }
        }
    }

    private void abort() {
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            if (e.getClass() != KafkaException.class || Refusals.isRefusal(e)) {
                throw e;
            }
            throw new ProducerLostException(e);
        }
    }

    /** A commit that timed out may have happened: it must be asked for again, never aborted. */
    private void commitPatiently() {
        while (true) {
            try {
                producer.commitTransaction();
                return;
            } catch (TimeoutException e) {
                LOG.atWarn().setCause(e).log("Commit not answered yet; asking again");
                if (closing.getCount() == 0) {
                    throw new CommitUnansweredException(e);
                }
            }
        }
    }

    /** A broker has forgotten a producer's id, for instance, because it was not used for days. */
    public static final class ProducerLostException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        ProducerLostException(Throwable cause) {
            super("the transaction can be neither committed nor aborted by its producer", cause);
        }
    }

    /** Nobody knows whether the transaction was committed; the next start will see. */
    private static final class CommitUnansweredException extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        CommitUnansweredException(Throwable cause) {
            super("closed before the cluster answered a commit: the next start finds it either whole or absent", cause);
        }
    }
}
