package io.marft.schemas.wire;

import java.util.Map;

/**
 * What Avro believes of lengths that damaged bytes claim. Without limits, four bytes can ask for two gigabytes, and the
 * reader dies of it. No record is near these limits; each can be set otherwise by its system property.
 */
final class AvroLimits {

    private static final String MOST_BYTES = Integer.toString(16 << 20);
    private static final String MOST_ITEMS = Integer.toString(1 << 20);

    private AvroLimits() {}

    /** Sets the limits; Avro reads them once, when it first decodes. */
    static void set() {
        Map.of(
                        "org.apache.avro.limits.bytes.maxLength", MOST_BYTES,
                        "org.apache.avro.limits.string.maxLength", MOST_BYTES,
                        "org.apache.avro.limits.collectionItems.maxLength", MOST_ITEMS)
                .forEach((name, limit) -> {
                    if (System.getProperty(name) == null) {
                        System.setProperty(name, limit);
                    }
                });
    }
}
