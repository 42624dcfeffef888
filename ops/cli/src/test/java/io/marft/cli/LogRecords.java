package io.marft.cli;

import io.marft.cli.inspect.LogView;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** All committed records of a topic, for tests that count. */
final class LogRecords {

    /** A record with its place. */
    record Placed<T>(int partition, long offset, String key, T value) {}

    private LogRecords() {}

    /** Those that are readable, in each partition's order. */
    static <T extends SpecificRecord> List<Placed<T>> placed(ClientSettings client, Topic topic, Class<T> type) {
        List<Placed<T>> records = new ArrayList<>();
        try (LogView view = new LogView(client, List.of(client.topics().of(topic)));
                RecordCodec codec = client.codec()) {
            view.readAll(record -> {
                if (codec.decode(record.topic(), record.value(), type) instanceof Decoded.Valid<T> valid) {
                    records.add(new Placed<>(record.partition(), record.offset(), record.key(), valid.value()));
                }
            });
        }
        return records;
    }

    static <T extends SpecificRecord> List<T> values(ClientSettings client, Topic topic, Class<T> type) {
        return placed(client, topic, type).stream().map(Placed::value).toList();
    }
}
