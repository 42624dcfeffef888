package io.marft.schemas.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every field of every topic's records says what it is. */
class SchemaDocumentationTest {

    @ParameterizedTest
    @EnumSource(Topic.class)
    void shouldDocumentEveryField(Topic topic) {
        List<String> bare = new ArrayList<>();
        collectUndocumented(topic.schema(), bare);
        assertEquals(List.of(), bare);
    }

    private static void collectUndocumented(Schema schema, List<String> bare) {
        switch (schema.getType()) {
            case RECORD -> {
                if (schema.getDoc() == null) {
                    bare.add(schema.getName());
                }
                for (Schema.Field field : schema.getFields()) {
                    if (field.doc() == null || field.doc().isBlank()) {
                        bare.add(schema.getName() + "." + field.name());
                    }
                    collectUndocumented(field.schema(), bare);
                }
            }
            case ARRAY -> collectUndocumented(schema.getElementType(), bare);
            case MAP -> collectUndocumented(schema.getValueType(), bare);
            case UNION -> schema.getTypes().forEach(type -> collectUndocumented(type, bare));
            default -> {}
        }
    }
}
