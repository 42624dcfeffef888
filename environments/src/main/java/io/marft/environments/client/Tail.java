package io.marft.environments.client;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/** What is committed to some topics from now on. Not thread-safe. */
public final class Tail implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private final LogReader reader;
    private final RecordCodec codec;
    private final ClientSettings settings;

    /**
     * Begins at the topics' ends as they are when this returns.
     *
     * @throws IllegalStateException if a topic does not exist
     */
    public Tail(ClientSettings settings, Topic... topics) {
        this.settings = settings;
        this.reader = LogReader.atEnd(
                settings, Arrays.stream(topics).map(settings.topics()::of).toList());
        this.codec = settings.codec();
    }

    /** What has come; it waits a little if nothing has. */
    public ConsumerRecords<String, byte[]> poll() {
        return reader.poll(POLL);
    }

    /** The record's value if it comes from that topic and is readable. */
    public <T extends SpecificRecord> Optional<T> value(
            ConsumerRecord<String, byte[]> record, Topic topic, Class<T> type) {
        if (!record.topic().equals(settings.topics().of(topic))) {
            return Optional.empty();
        }
        return codec.decode(record.topic(), record.value(), type) instanceof Decoded.Valid<T> valid
                ? Optional.of(valid.value())
                : Optional.empty();
    }

    @Override
    public void close() {
        reader.close();
        codec.close();
    }
}
