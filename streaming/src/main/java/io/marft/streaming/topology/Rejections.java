package io.marft.streaming.topology;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.wire.DeadLetters;
import io.marft.schemas.wire.RecordCodec;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Rejects records inside a topology: makes their dead letters and hands them to the node {@link TopologyParts#DEAD_LETTERS},
 * so that each is written in the transaction that moves its reader past the record.
 *
 * <p>Belongs to one processor, as its context does; not thread-safe.
 */
public final class Rejections {

    private final String service;
    private final TopicNames names;
    private final RecordCodec codec;
    private final ProcessorContext<String, ? super DeadLetter> context;

    /**
     * @param service the service's name in dead letters
     * @param names the names of topics
     * @param codec encodes held records anew; not closed by this object
     * @param context of the processor that rejects; a parent of the dead letters' sink
     */
    public Rejections(
            String service, TopicNames names, RecordCodec codec, ProcessorContext<String, ? super DeadLetter> context) {
        this.service = service;
        this.names = names;
        this.codec = codec;
        this.context = context;
    }

    /**
     * Rejects a record that was just read. The letter has its key, value and headers as they were.
     *
     * @param reason why, in one line
     */
    public void reject(Record<String, ? extends Received<?>> record, String reason) {
        write(record.value().letter(service, reason, record), record.timestamp());
    }

    /**
     * Rejects a record that a store has held, after its time is up. The letter has the value as today's schema encodes it,
     * and no headers, because stores keep neither bytes nor headers.
     *
     * @param topic where the record was read, in the partition of this task
     * @param offset where it was read; -1 if that is not known
     * @param key the record's key
     * @param reason why, in one line
     * @param timestamp the letter's
     */
    public void rejectHeld(Topic topic, long offset, String key, SpecificRecord value, String reason, long timestamp) {
        String name = names.of(topic);
        Received<SpecificRecord> held = new Received<>(
                value, codec.encode(name, value), name, context.taskId().partition(), offset);
        reject(new Record<>(key, held, timestamp), reason);
    }

    /** Writes a letter under its own key. It has no headers of its own, because it holds the source record's. */
    public void write(DeadLetter letter, long timestamp) {
        context.forward(new Record<>(DeadLetters.key(letter), letter, timestamp), TopologyParts.DEAD_LETTERS);
    }
}
