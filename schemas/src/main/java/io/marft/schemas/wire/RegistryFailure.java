package io.marft.schemas.wire;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Why a schema registry did not give what it was asked for. Status codes and types of exceptions tell; what a message
 * says does not count.
 */
public enum RegistryFailure {
    /** The registry does not let this client in, or is not the one that the client trusts: trying again is no use. */
    REFUSED,
    /** There was no answer, or one that no registry gives, such as a proxy's page: trying again may help. */
    UNAVAILABLE,
    /** The registry answered: what was asked for is not there, or cannot be done. */
    DENIED;

    private static final Set<Integer> NOT_LET_IN = Set.of(401, 403);
    /** Timed out while the request was read; too many requests. */
    private static final Set<Integer> PASSING = Set.of(408, 429);

    private static final int NOT_FOUND = 404;

    /** The failure that an exception of the registry's client stands for. */
    public static RegistryFailure of(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RestClientException answer) {
                return of(answer.getStatus(), answer.getErrorCode());
            }
            if (cause instanceof UnreadableSchemaException) {
                return DENIED;
            }
            if (isDistrust(cause)) {
                return REFUSED;
            }
        }
        return UNAVAILABLE;
    }

    /**
     * The failure that an answer stands for. A registry's own answer carries an error code that begins with the status,
     * such as 40403 for a schema that is not there. An answer that has none is a proxy's or another server's; so is a bare
     * 404, which a registry gives for an address that is not one of its own.
     *
     * @param status of HTTP
     * @param code the error code in the answer's body, or the client's own if there was none
     */
    static RegistryFailure of(int status, int code) {
        if (NOT_LET_IN.contains(status)) {
            return REFUSED;
        }
        boolean own = code / 100 == status || (code == status && status != NOT_FOUND);
        return status >= 400 && status < 500 && !PASSING.contains(status) && own ? DENIED : UNAVAILABLE;
    }

    static boolean isDistrust(Throwable cause) {
        return cause instanceof CertificateException
                || cause instanceof CertPathBuilderException
                || cause instanceof SSLPeerUnverifiedException;
    }
}
