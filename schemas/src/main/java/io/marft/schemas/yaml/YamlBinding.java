package io.marft.schemas.yaml;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Makes records of values, and says what of a value broke which rule in words of YAML instead of Java's. */
final class YamlBinding {

    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .withCoercionConfigDefaults(
                    config -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
            .build();

    private YamlBinding() {}

    /** The key's path that an error is of, beginning at the value that was bound. */
    static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }

    /**
     * Looks for keys that the record, or a record in it, does not have. Jackson would say so only after a missing key of
     * the same record, which may be there under a mistyped name.
     *
     * @param unknown is told the key's path and the keys that are known in its place
     */
    static void checkKeys(JsonNode values, Class<?> type, BiConsumer<String, Collection<String>> unknown) {
        checkKeys(values, MAPPER.constructType(type), "", unknown);
    }

    private static void checkKeys(
            JsonNode values, JavaType type, String path, BiConsumer<String, Collection<String>> unknown) {
        if (values.isArray() && type.isCollectionLikeType()) {
            for (int i = 0; i < values.size(); i++) {
                checkKeys(values.get(i), type.getContentType(), path + "[" + i + "]", unknown);
            }
        }
        if (!values.isObject()) {
            return;
        }
        if (type.isMapLikeType()) {
            values.properties()
                    .forEach(entry -> checkKeys(
                            entry.getValue(), type.getContentType(), YamlTree.join(path, entry.getKey()), unknown));
        } else if (type.getRawClass().isRecord()) {
            Map<String, JavaType> known = keys(type);
            values.properties().forEach(entry -> {
                String at = YamlTree.join(path, entry.getKey());
                JavaType inside = known.get(entry.getKey());
                if (inside == null) {
                    unknown.accept(at, known.keySet());
                } else {
                    checkKeys(entry.getValue(), inside, at, unknown);
                }
            });
        }
    }

    private static Map<String, JavaType> keys(JavaType type) {
        return MAPPER.getDeserializationConfig().introspect(type).findProperties().stream()
                .collect(Collectors.toMap(BeanPropertyDefinition::getName, BeanPropertyDefinition::getPrimaryType));
    }

    /** What a value must be. */
    static String rule(JsonMappingException e) {
        return e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null
                ? rule(mismatch.getTargetType())
                : "of another kind";
    }

    private static String rule(Class<?> type) {
        if (type == int.class || type == Integer.class) {
            return "a whole number of 32 bits";
        }
        if (type == long.class || type == Long.class) {
            return "a whole number of 64 bits";
        }
        if ((type.isPrimitive() && type != boolean.class) || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "text";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> MAPPER.valueToTree(constant).asText())
                            .collect(Collectors.joining(", ", "[", "]"));
        }
        return Collection.class.isAssignableFrom(type) ? "a list" : "keys and values";
    }

    /** A value as its author wrote it. */
    static String text(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "nothing";
        }
        return value.isValueNode() ? value.asText() : value.toString();
    }
}
