package io.marft.streaming.provision;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.wire.RegistryFailure;
import io.marft.schemas.wire.RegistryRefusedException;
import io.marft.streaming.connect.ClientSettings;
import java.io.IOException;
import java.util.List;

/**
 * Registers the schemas of topics, each under its topic's subject and with the rule that every release can read what
 * every other one wrote: so services of two releases may run beside each other while one takes the other's place.
 */
final class SchemaRegistration {

    /** Confluent's name of that rule. */
    static final String RULE = "FULL_TRANSITIVE";

    private static final int NOT_FOUND = 404;

    private final ClientSettings settings;
    private final SchemaRegistryClient registry;

    SchemaRegistration(ClientSettings settings, SchemaRegistryClient registry) {
        this.settings = settings;
        this.registry = registry;
    }

    /**
     * Registers a topic's schema; nothing changes if it is there.
     *
     * @throws CatalogueException if it is incompatible with one that is there, or the registry gives no answer of its own
     * @throws RegistryRefusedException if the registry does not let this client in
     */
    void register(String topic, Topic entry) throws IOException {
        String subject = topic + "-value";
        ParsedSchema schema = new AvroSchema(entry.schema());
        try {
            if (known(subject)) {
                registry.updateCompatibility(subject, RULE);
                List<String> problems = registry.testCompatibilityVerbose(subject, schema);
                if (!problems.isEmpty()) {
                    throw refused(subject, problems.get(0), null);
                }
                registry.register(subject, schema);
            } else {
                registry.register(subject, schema);
                registry.updateCompatibility(subject, RULE);
            }
        } catch (RestClientException e) {
            RegistryRefusedException.throwIfRefused(e);
            if (RegistryFailure.of(e) == RegistryFailure.UNAVAILABLE) {
                throw new CatalogueException(
                        "schema registry at " + settings.registryUrl() + " does not answer as a registry: HTTP "
                                + e.getStatus() + ": try again, or check the registry's URL",
                        e);
            }
            throw refused(subject, e.getMessage(), e);
        }
    }

    private boolean known(String subject) throws IOException, RestClientException {
        try {
            return !registry.getAllVersions(subject).isEmpty();
        } catch (RestClientException e) {
            if (e.getStatus() == NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    private CatalogueException refused(String subject, String why, RestClientException cause) {
        return new CatalogueException(
                "schema of subject " + subject + " was refused by the registry at " + settings.registryUrl() + ": "
                        + why.replaceAll("\\s+", " ").strip()
                        + "; run a release whose schemas are compatible (fields are added with a default, none is"
                        + " renamed or removed), or use another --prefix",
                cause);
    }
}
