package io.marft.local;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.marft.testkit.Certificate;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** What operators put before a registry: it speaks TLS, asks for a user and a password, and hands on what is let in. */
final class AuthenticatingProxy implements AutoCloseable {

    private final HttpsServer server;
    private final String path;

    private AuthenticatingProxy(HttpsServer server, String path) {
        this.server = server;
        this.path = path;
    }

    /** @param userInfo USER:PASSWORD, of which there is one */
    static AuthenticatingProxy start(Certificate certificate, String target, String userInfo)
            throws IOException, GeneralSecurityException {
        URI behind = URI.create(target);
        HttpClient client = HttpClient.newHttpClient();
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls(certificate)));
        server.createContext("/", exchange -> handOn(exchange, client, behind))
                .setAuthenticator(new BasicAuthenticator("registry") {
                    @Override
                    public boolean checkCredentials(String user, String password) {
                        return userInfo.equals(user + ":" + password);
                    }
                });
        server.start();
        return new AuthenticatingProxy(server, behind.getPath());
    }

    private static SSLContext tls(Certificate certificate) throws IOException, GeneralSecurityException {
        char[] password = certificate.password().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream bytes = Files.newInputStream(certificate.keyStore())) {
            store.load(bytes, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static void handOn(HttpExchange exchange, HttpClient client, URI behind) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            HttpRequest request = HttpRequest.newBuilder(behind.resolve(exchange.getRequestURI()))
                    .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                    .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
                    .build();
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
            exchange.sendResponseHeaders(response.statusCode(), response.body().length);
            exchange.getResponseBody().write(response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String url() {
        return "https://localhost:" + server.getAddress().getPort() + path;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
