package io.marft.schemas.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A record as a state store's value: Avro's single-object encoding, which begins with the schema's fingerprint. State is
 * written and read by the same service only, so no registry is asked. What an older release wrote is read by that
 * release's schema ({@link ReleasedSchemas}), so that open episodes outlast an upgrade; state of any other schema is
 * refused by name of its fingerprint instead of being misread.
 */
public final class StateSerde<T extends SpecificRecord> implements Serde<T> {

    static {
        AvroLimits.set();
    }

    private final BinaryMessageEncoder<T> encoder;
    private final BinaryMessageDecoder<T> decoder;

    public StateSerde(Class<T> type) {
        SpecificData data = SpecificData.getForClass(type);
        this.encoder = new BinaryMessageEncoder<>(data, data.getSchema(type));
        this.decoder = new BinaryMessageDecoder<>(data, data.getSchema(type));
        ReleasedSchemas.of(type).forEach(decoder::addSchema);
    }

    @Override
    public Serializer<T> serializer() {
        return (topic, value) -> {
            if (value == null) {
                return null;
            }
            try {
                var buffer = encoder.encode(value);
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                return bytes;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    @Override
    public Deserializer<T> deserializer() {
        return (topic, bytes) -> {
            try {
                return bytes == null ? null : decoder.decode(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }
}
