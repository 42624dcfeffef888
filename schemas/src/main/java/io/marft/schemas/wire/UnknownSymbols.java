package io.marft.schemas.wire;

import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.avro.Schema;

/**
 * The enum symbols that a writer's schema has and ours has not. A record that holds one cannot be read: our enums have no
 * default that could stand for it.
 */
final class UnknownSymbols {

    private final SortedSet<String> found = new TreeSet<>();
    private final Set<String> seen = new HashSet<>();

    private UnknownSymbols() {}

    /** Each as {@code ENUM SYMBOL}, sorted; only fields that ours has, too, are looked into. */
    static SortedSet<String> of(Schema written, Schema ours) {
        UnknownSymbols symbols = new UnknownSymbols();
        symbols.compare(written, ours);
        return symbols.found;
    }

    private void compare(Schema written, Schema ours) {
        if (written.getType() != ours.getType()) {
            return;
        }
        switch (ours.getType()) {
            case ENUM ->
                written.getEnumSymbols().stream()
                        .filter(symbol -> !ours.hasEnumSymbol(symbol))
                        .forEach(symbol -> found.add(ours.getName() + " " + symbol));
            case ARRAY -> compare(written.getElementType(), ours.getElementType());
            case MAP -> compare(written.getValueType(), ours.getValueType());
            case UNION -> written.getTypes().forEach(one -> ours.getTypes().forEach(other -> compare(one, other)));
            case RECORD -> {
                if (seen.add(ours.getFullName())) {
                    for (Schema.Field field : ours.getFields()) {
                        Schema.Field other = written.getField(field.name());
                        if (other != null) {
                            compare(other.schema(), field.schema());
                        }
                    }
                }
            }
            default -> {
                // Nothing of these has symbols.
            }
        }
    }
}
