package io.marft.schemas.wire;

import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serializer;

/** A {@link RecordCodec} in the shape that a topology's sink takes. The codec is made by the first use of each thread. */
public final class RecordSerializer<T extends SpecificRecord> implements Serializer<T> {

    private final ThreadLocal<RecordCodec> codec;

    public RecordSerializer(Supplier<RecordCodec> codecs) {
        this.codec = ThreadLocal.withInitial(codecs);
    }

    @Override
    public byte[] serialize(String topic, T value) {
        return codec.get().encode(topic, value);
    }
}
