package io.marft.streaming.topology;

import io.marft.schemas.record.DeadLetter;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Team records that a global store could not use. The processor of a global store cannot write, so it leaves them here for
 * one that can. Only the newest are kept, up to 32 MiB. Thread-safe.
 */
public final class RefusedTeams {

    private static final long MOST_BYTES = 32L << 20;
    private static final int LETTER = 1024;

    private final String service;
    private final ConcurrentSkipListMap<Long, DeadLetter> letters = new ConcurrentSkipListMap<>();
    /** The size of the letters. It belongs to the global store's thread, which alone adds and forgets letters. */
    private long bytes;

    /** @param service the service that rejects the records */
    public RefusedTeams(String service) {
        this.service = service;
    }

    void add(String reason, RecordMetadata source, Record<String, byte[]> record) {
        DeadLetter letter = new Received<>(null, record.value(), source.topic(), source.partition(), source.offset())
                .letter(service, reason, record);
        letters.put(source.offset(), letter);
        bytes += size(letter);
        while (bytes > MOST_BYTES) {
            bytes -= size(letters.pollFirstEntry().getValue());
        }
    }

    private static int size(DeadLetter letter) {
        return LETTER + (letter.getValue() == null ? 0 : letter.getValue().remaining());
    }

    /** The letters of records behind an offset, in order. The topic has one partition. */
    public List<DeadLetter> after(long offset) {
        return List.copyOf(letters.tailMap(offset, false).values());
    }
}
