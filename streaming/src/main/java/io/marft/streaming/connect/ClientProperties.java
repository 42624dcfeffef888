package io.marft.streaming.connect;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads clients' properties, such as those of SASL and TLS, from environment variables and from a Java properties file,
 * which is the kind of file that Kafka's own tools take as {@code --command-config}. A property that cannot be used is
 * refused with a line that says where it stands. No message has a value.
 */
public final class ClientProperties {

    private static final String KAFKA = "MARFT_KAFKA_";
    private static final String REGISTRY = "MARFT_SCHEMA_REGISTRY_";

    /** Variables that Kubernetes sets for a service of the name {@code marft-kafka} or {@code marft-schema-registry}. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("MARFT_(KAFKA|SCHEMA_REGISTRY)_(SERVICE_.*|PORT(_.*)?)");

    private ClientProperties() {}

    /**
     * Reads a properties file.
     *
     * @throws IllegalArgumentException if the file cannot be read, or a setting is unknown, ill-formed or not the user's
     *     to set
     */
    public static Map<String, String> read(Path file) {
        Properties read = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            read.load(reader);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + ": cannot be read (" + e.getClass().getSimpleName() + "): name a properties file", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": is not a properties file: " + e.getMessage(), e);
        }
        Map<String, String> properties = new TreeMap<>();
        for (String key : read.stringPropertyNames()) {
            put(properties, file + ": ", key, read.getProperty(key).strip());
        }
        return properties;
    }

    /**
     * Reads single properties from variables. {@code MARFT_KAFKA_SECURITY_PROTOCOL} stands for {@code security.protocol},
     * and {@code MARFT_SCHEMA_REGISTRY_SSL_TRUSTSTORE_LOCATION} for {@code schema.registry.ssl.truststore.location}.
     *
     * @param environment a process's variables; all others are passed over
     * @throws IllegalArgumentException if a setting is unknown, ill-formed or not the user's to set
     */
    public static Map<String, String> of(Map<String, String> environment) {
        Map<String, String> properties = new TreeMap<>();
        new TreeMap<>(environment).forEach((variable, value) -> {
            if (value.isBlank() || SERVICE_LINK.matcher(variable).matches()) {
                return;
            }
            if (variable.startsWith(KAFKA)) {
                put(properties, variable + ": ", dotted(variable.substring(KAFKA.length())), value.strip());
            } else if (variable.startsWith(REGISTRY)) {
                String key = ClientSettingRules.REGISTRY + dotted(variable.substring(REGISTRY.length()));
                put(properties, variable + ": ", key, value.strip());
            }
        });
        return properties;
    }

    private static String dotted(String variable) {
        return variable.toLowerCase(Locale.ROOT).replace('_', '.');
    }

    private static void put(Map<String, String> properties, String where, String key, String value) {
        try {
            ClientSettingRules.check(key, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + e.getMessage(), e);
        }
        properties.put(key, value);
    }
}
