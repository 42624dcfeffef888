package io.marft.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryFailureTest {

    /** 50005 is the client's own code for a body that holds no error of a registry. */
    @ParameterizedTest
    @CsvSource({
        "401, 401, REFUSED",
        "401, 40101, REFUSED",
        "401, 50005, REFUSED",
        "403, 40301, REFUSED",
        "403, 50005, REFUSED",
        "404, 40401, DENIED",
        "404, 40403, DENIED",
        "404, 404, UNAVAILABLE",
        "404, 50005, UNAVAILABLE",
        "409, 409, DENIED",
        "422, 42201, DENIED",
        "400, 400, DENIED",
        "400, 50005, UNAVAILABLE",
        "405, 50005, UNAVAILABLE",
        "407, 50005, UNAVAILABLE",
        "408, 408, UNAVAILABLE",
        "429, 429, UNAVAILABLE",
        "429, 42901, UNAVAILABLE",
        "500, 50001, UNAVAILABLE",
        "500, 50005, UNAVAILABLE",
        "503, 503, UNAVAILABLE",
        "302, 50005, UNAVAILABLE"
    })
    void shouldTellByStatusAndErrorCode(int status, int code, RegistryFailure failure) {
        assertEquals(
                failure, RegistryFailure.of(new RestClientException("Unauthorized; error code: 401", status, code)));
        assertEquals(failure, RegistryFailure.of(new IllegalStateException(new RestClientException("", status, code))));
    }

    @Test
    void shouldTellByTheTypeOfWhatWentWrong() {
        assertEquals(RegistryFailure.UNAVAILABLE, RegistryFailure.of(new ConnectException("Connection refused")));
        assertEquals(RegistryFailure.UNAVAILABLE, RegistryFailure.of(new SocketTimeoutException("Read timed out")));
        assertEquals(RegistryFailure.UNAVAILABLE, RegistryFailure.of(new SSLException("closed")));
        assertEquals(RegistryFailure.UNAVAILABLE, RegistryFailure.of(new IOException("error code: 401")));
        assertEquals(RegistryFailure.UNAVAILABLE, RegistryFailure.of(new IllegalStateException("no token")));
        assertEquals(
                RegistryFailure.REFUSED,
                RegistryFailure.of(handshake(new CertificateException("No name matching localhost found"))));
        assertEquals(
                RegistryFailure.REFUSED, RegistryFailure.of(handshake(new CertPathBuilderException("unable to find"))));
        assertEquals(RegistryFailure.REFUSED, RegistryFailure.of(new SSLPeerUnverifiedException("not verified")));
        assertEquals(
                RegistryFailure.DENIED,
                RegistryFailure.of(new IllegalStateException(new UnreadableSchemaException("it is JSON", null))));
    }

    private static SSLHandshakeException handshake(Exception cause) {
        SSLHandshakeException handshake = new SSLHandshakeException("handshake");
        handshake.initCause(cause);
        return handshake;
    }
}
