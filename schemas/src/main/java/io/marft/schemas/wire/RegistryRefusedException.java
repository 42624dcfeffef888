package io.marft.schemas.wire;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.kafka.common.errors.AuthenticationException;

/**
 * The schema registry does not let this client in, or is not the one that the client trusts. Trying again would end in the
 * same way, and no record is to blame. Services treat it as they treat a refusal by a broker.
 */
public final class RegistryRefusedException extends AuthenticationException {

    private static final long serialVersionUID = 1L;

    private RegistryRefusedException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Throws this exception if a refusal is what an error came from. */
    public static void throwIfRefused(Throwable error) {
        if (RegistryFailure.of(error) == RegistryFailure.REFUSED) {
            throw of(error);
        }
    }

    /** @param error that is {@link RegistryFailure#REFUSED} */
    static RegistryRefusedException of(Throwable error) {
        return new RegistryRefusedException("schema registry refuses this client: " + reason(error), error);
    }

    private static String reason(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RestClientException answer) {
                return "HTTP " + answer.getStatus()
                        + ": check setting schema.registry.basic.auth.user.info, or bearer.auth.* in its place";
            }
            if (RegistryFailure.isDistrust(cause)) {
                return "its certificate is not trusted (" + cause.getMessage()
                        + "): check setting schema.registry.ssl.truststore.location";
            }
        }
        return error.getMessage();
    }
}
