package io.marft.trainer.publish;

import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.life.Patience;
import io.marft.streaming.life.Transactions;
import io.marft.streaming.life.Trouble;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Writes an update's records and its offsets in one transaction. To be used by one thread. */
public final class UpdateTransaction {

    private final Transactions transactions;
    private final RecordCodec codec;
    private final ConsumerGroupMetadata group;
    private final Patience patience;

    /**
     * Writes updates under the trainer's transactional id.
     *
     * @param transactions those of the id, open
     * @param group the trainer's group, whose offsets move with each update
     * @param patience bounds how often a transaction that was aborted is tried again
     */
    public UpdateTransaction(
            Transactions transactions, RecordCodec codec, ConsumerGroupMetadata group, Patience patience) {
        this.transactions = transactions;
        this.codec = codec;
        this.group = group;
        this.patience = patience;
    }

    /**
     * Commits. A transaction that was aborted is tried again as it is, because the update is computed, and only its writing
     * failed. One that was fenced is not: whoever fenced it may have published an update since.
     *
     * @throws RuntimeException the error of the {@link Trouble} for which it gave up; nothing is committed then
     * @throws io.marft.streaming.life.CommitUnansweredException if the service stops before the cluster answered
     */
    public void commit(UpdateRecords records, Map<TopicPartition, OffsetAndMetadata> offsets) {
        // Made and encoded one by one as they are sent: a checkpoint is large.
        Transactions.Records encoded = to -> records.forEach(record -> to.accept(encoded(record)));
        while (true) {
            Optional<Trouble> trouble = transactions.commit(encoded, offsets, group);
            if (trouble.isEmpty()) {
                return;
            }
            if (trouble.get() instanceof Trouble.Fenced fenced) {
                throw fenced.toThrow();
            }
            patience.after(trouble.get());
        }
    }

    private ProducerRecord<String, byte[]> encoded(UpdateRecords.Outgoing record) {
        return new ProducerRecord<>(record.topic(), record.key(), codec.encode(record.topic(), record.value()));
    }
}
