package io.marft.schemas.wire;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/**
 * The schema registry does not let this client in, or is not the one that the client trusts. Trying again would end in the
 * same way, and no record is to blame. To services it is what a refusal by a broker is.
 */
public final class RegistryRefusedException extends AuthenticationException {

    private static final long serialVersionUID = 1L;

    /** The client's serdes throw away the answer of some refusals, but for its text. */
    private static final Pattern REFUSAL = Pattern.compile("error code: (401|403)\\d*$");

    RegistryRefusedException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Throws this exception if a refusal is what an error came from. */
    public static void throwIfRefused(Throwable error) {
        reason(error).ifPresent(reason -> {
            throw new RegistryRefusedException("schema registry refuses this client: " + reason, error);
        });
    }

    private static Optional<String> reason(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RestClientException rest && (rest.getStatus() == 401 || rest.getStatus() == 403)) {
                return Optional.of(http(rest.getStatus()));
            }
            if (cause instanceof InvalidConfigurationException && cause.getMessage() != null) {
                Matcher matcher = REFUSAL.matcher(cause.getMessage());
                if (matcher.find()) {
                    return Optional.of(http(Integer.parseInt(matcher.group(1))));
                }
            }
            if (cause instanceof CertificateException
                    || cause instanceof CertPathBuilderException
                    || cause instanceof SSLPeerUnverifiedException) {
                return Optional.of("its certificate is not trusted (" + cause.getMessage()
                        + "): check setting schema.registry.ssl.truststore.location");
            }
        }
        return Optional.empty();
    }

    private static String http(int status) {
        return "HTTP " + status + ": check setting schema.registry.basic.auth.user.info, or bearer.auth.* in its place";
    }
}
