package io.marft.schemas.wire;

import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import java.util.List;
import java.util.Map;

/** Clients of registries: of one in memory, shared by all clients of its name, and of one at an address. */
final class Registries {

    private static final int CACHED = 100;

    private Registries() {}

    static SchemaRegistryClient inMemory(String name) {
        return SchemaRegistryClientFactory.newClient(
                List.of("mock://" + name), CACHED, SchemaProviders.avroOnly(), Map.of(), Map.of());
    }

    static SchemaRegistryClient at(String url) {
        return at(url, Map.of());
    }

    /** @param settings as the client names them */
    static SchemaRegistryClient at(String url, Map<String, Object> settings) {
        return new CachedSchemaRegistryClient(List.of(url), CACHED, SchemaProviders.avroOnly(), settings, Map.of());
    }
}
