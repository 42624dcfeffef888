package io.marft.cli;

import io.marft.testkit.Certificate;
import io.marft.testkit.TestCluster;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterUserScramCredentialsResult;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * A KRaft cluster that speaks TLS only, lets in by SASL (SCRAM, and PLAIN for brokers and the administrator), and denies
 * what no ACL allows. Its certificates are made for the run.
 */
final class SecuredCluster implements AutoCloseable {

    /** Part of every password; no output may have it. */
    static final String SECRET = "kept-from-every-log";

    private static final String ADMIN = "admin";
    private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
    private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule";

    private final Path directory;
    private final TestCluster cluster;

    private SecuredCluster(Path directory, TestCluster cluster) {
        this.directory = directory;
        this.cluster = cluster;
    }

    /** @param users who may log in, each with {@link #password} */
    static SecuredCluster start(Path directory, List<String> users) throws Exception {
        Certificate own = Certificate.make(directory, "broker", SECRET);
        Certificate.make(directory, "stranger", SECRET);
        SecuredCluster secured = new SecuredCluster(directory, TestCluster.start(1, brokerProperties(own)));
        try (Admin admin = Admin.create(secured.adminProperties())) {
            List<UserScramCredentialAlteration> credentials = users.stream()
                    .<UserScramCredentialAlteration>map(user -> new UserScramCredentialUpsertion(
                            user, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password(user)))
                    .toList();
            AlterUserScramCredentialsResult result = admin.alterUserScramCredentials(credentials);
            result.all().get();
        }
        return secured;
    }

    private static Map<String, String> brokerProperties(Certificate certificate) {
        String own = PLAIN + " required username=\"" + ADMIN + "\" password=\"" + password(ADMIN) + "\" user_" + ADMIN
                + "=\"" + password(ADMIN) + "\";";
        Map<String, String> properties = new HashMap<>();
        properties.put("listener.security.protocol.map", "EXTERNAL:SASL_SSL,CONTROLLER:SASL_SSL");
        properties.put("listener.name.external.sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512");
        properties.put("listener.name.external.plain.sasl.jaas.config", own);
        properties.put("listener.name.external.scram-sha-512.sasl.jaas.config", SCRAM + " required;");
        properties.put("listener.name.controller.sasl.enabled.mechanisms", "PLAIN");
        properties.put("listener.name.controller.plain.sasl.jaas.config", own);
        properties.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        properties.put("sasl.mechanism.controller.protocol", "PLAIN");
        properties.put("ssl.keystore.location", certificate.keyStore().toString());
        properties.put("ssl.keystore.type", "PKCS12");
        properties.put("ssl.keystore.password", SECRET);
        properties.put("ssl.truststore.location", certificate.pem().toString());
        properties.put("ssl.truststore.type", "PEM");
        properties.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        properties.put("super.users", "User:" + ADMIN);
        return properties;
    }

    static String password(String user) {
        return user + "-" + SECRET;
    }

    String bootstrapServers() {
        return cluster.bootstrapServers();
    }

    /** The administrator's properties, who is a super user. */
    Map<String, Object> adminProperties() {
        Map<String, Object> properties = new HashMap<>(client(PLAIN, "PLAIN", ADMIN, password(ADMIN), "broker"));
        properties.put("bootstrap.servers", bootstrapServers());
        return properties;
    }

    /** The administrator's properties, for Kafka's own tools. */
    Path adminFile() throws IOException {
        return write(ADMIN, client(PLAIN, "PLAIN", ADMIN, password(ADMIN), "broker"));
    }

    /** A user's properties file. */
    Path file(String user) throws IOException {
        return write(user, client(SCRAM, "SCRAM-SHA-512", user, password(user), "broker"));
    }

    Path fileWithWrongPassword(String user) throws IOException {
        return write(user + "-wrong", client(SCRAM, "SCRAM-SHA-512", user, "wrong-" + SECRET, "broker"));
    }

    /** A user's properties file that trusts another certificate than the cluster's. */
    Path fileThatTrustsAnother(String user) throws IOException {
        return write(user + "-mistaken", client(SCRAM, "SCRAM-SHA-512", user, password(user), "stranger"));
    }

    private Map<String, String> client(String module, String mechanism, String user, String password, String trusts) {
        return Map.of(
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                mechanism,
                "sasl.jaas.config",
                module + " required username=\"" + user + "\" password=\"" + password + "\";",
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                directory.resolve(trusts + ".pem").toString());
    }

    private Path write(String name, Map<String, String> client) throws IOException {
        Properties properties = new Properties();
        properties.putAll(client);
        StringWriter text = new StringWriter();
        properties.store(text, null);
        return Files.writeString(directory.resolve(name + ".properties"), text.toString());
    }

    @Override
    public void close() {
        cluster.close();
    }
}
