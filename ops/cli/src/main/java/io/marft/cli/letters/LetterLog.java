package io.marft.cli.letters;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads the topic of dead letters. It belongs to the thread that made it. */
final class LetterLog implements AutoCloseable {

    /** A dead letter and its own place. */
    record Placed(LetterPlace place, DeadLetter letter) {

        /** Where the rejected record was. */
        String source() {
            return letter.getTopic() + " " + letter.getPartition() + "@" + letter.getOffset();
        }
    }

    private final String topic;
    private final LogReader reader;
    private final RecordCodec codec;

    LetterLog(ClientSettings client) {
        this.topic = client.topics().of(Topic.DEAD_LETTERS);
        this.reader = LogReader.atBeginning(client, List.of(topic));
        this.codec = client.codec();
    }

    /**
     * Hands over all letters, oldest first in each partition.
     *
     * @return how many records of the topic are no letters
     */
    long forEach(Consumer<Placed> action) {
        long[] others = {0};
        reader.readToEnd(record -> decode(record).ifPresentOrElse(action, () -> others[0]++));
        return others[0];
    }

    /**
     * The letter at a place.
     *
     * @throws IllegalArgumentException if none is there
     */
    Placed at(LetterPlace place) {
        return reader.at(new TopicPartition(topic, place.partition()), place.offset())
                .flatMap(this::decode)
                .orElseThrow(() -> new IllegalArgumentException(
                        "no dead letter is at " + place + ": `marft dead-letters list` prints the places"));
    }

    private Optional<Placed> decode(ConsumerRecord<String, byte[]> record) {
        return codec.decode(topic, record.value(), DeadLetter.class) instanceof Decoded.Valid<DeadLetter> valid
                ? Optional.of(new Placed(new LetterPlace(record.partition(), record.offset()), valid.value()))
                : Optional.empty();
    }

    @Override
    public void close() {
        reader.close();
        codec.close();
    }
}
