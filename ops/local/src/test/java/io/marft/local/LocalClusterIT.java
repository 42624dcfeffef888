package io.marft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.RegistryRefusedException;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.TopicProvisioner;
import io.marft.testkit.Certificate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LocalClusterIT {

    private static final String SECRET = "kept-from-every-line";
    private static final Team TEAM = TeamFile.parse("{name: solo, agents: [{name: one, answers: true}]}", "test");

    @TempDir
    private static Path directory;

    private static LocalCluster cluster;

    @BeforeAll
    static void start() {
        cluster = LocalCluster.start(Installation.find().registry(), directory.resolve("data"), ListenPorts.FREE);
        cluster.awaitReady();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldListenOnLoopbackOnly() throws Exception {
        List<ListeningSocket> sockets = new ArrayList<>(ListeningSocket.of(ProcessHandle.current()));
        List<ProcessHandle> children = ProcessHandle.current().children().toList();
        for (ProcessHandle child : children) {
            sockets.addAll(ListeningSocket.of(child));
        }
        assertTrue(sockets.size() >= 3, "broker, controller and registry must be among " + sockets);
        assertEquals(
                List.of(), sockets.stream().filter(socket -> !socket.loopback()).toList());
    }

    @Test
    void shouldReachARegistryBehindTlsAndAPassword() throws Exception {
        Certificate own = Certificate.make(directory, "registry", SECRET);
        Certificate other = Certificate.make(directory, "stranger", SECRET);
        try (AuthenticatingProxy proxy =
                AuthenticatingProxy.start(own, cluster.client().registryUrl(), "marft:" + SECRET)) {
            ClientSettings let = through(proxy, own, "marft:" + SECRET);
            new TopicProvisioner(let, 1, (short) 1).provision(TEAM);
            String topic = let.topics().of(Topic.TEAMS);
            byte[] bytes;
            try (RecordCodec codec = let.codec()) {
                bytes = codec.encode(topic, TEAM);
                assertInstanceOf(Decoded.Valid.class, codec.decode(topic, bytes, Team.class));
            }
            assertRefused(through(proxy, own, "marft:wrong-" + SECRET), topic, bytes, "HTTP 401");
            assertRefused(through(proxy, other, "marft:" + SECRET), topic, bytes, "certificate is not trusted");
        }
    }

    private static ClientSettings through(AuthenticatingProxy proxy, Certificate trusted, String userInfo) {
        return new ClientSettings(
                cluster.client().bootstrapServers(),
                proxy.url(),
                "secured",
                Map.of(
                        "schema.registry.basic.auth.user.info",
                        userInfo,
                        "schema.registry.ssl.truststore.type",
                        "PEM",
                        "schema.registry.ssl.truststore.location",
                        trusted.pem().toString()));
    }

    /** No record is to blame, and trying again would not help. */
    private static void assertRefused(ClientSettings settings, String topic, byte[] bytes, String reason) {
        try (RecordCodec codec = settings.codec()) {
            assertReason(reason, () -> codec.decode(topic, bytes, Team.class));
            assertReason(reason, () -> codec.encode(topic, TEAM));
        }
        assertReason(reason, () -> new TopicProvisioner(settings, 1, (short) 1).provision(TEAM));
    }

    private static void assertReason(String reason, Runnable work) {
        String line = assertThrows(RegistryRefusedException.class, work::run).getMessage();
        assertTrue(line.contains(reason), line);
        assertFalse(line.contains(SECRET), line);
    }
}
