package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.marft.actor.acting.AgentService;
import io.marft.actor.acting.AgentSettings;
import io.marft.actor.routing.RouterService;
import io.marft.actor.routing.RouterSettings;
import io.marft.cli.process.Failures;
import io.marft.environments.arithmetic.ArithmeticTask;
import io.marft.environments.feed.EnvironmentService;
import io.marft.environments.feed.EnvironmentSettings;
import io.marft.environments.measure.Evaluator;
import io.marft.local.Installation;
import io.marft.policy.LanguageModel;
import io.marft.policy.decoder.ModelOptions;
import io.marft.reward.assemble.AssembleService;
import io.marft.reward.score.ScoreService;
import io.marft.schemas.catalogue.Role;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.team.TeamFile;
import io.marft.streaming.connect.ClientProperties;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.streaming.provision.PromisedService;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.configure.TrainingFile;
import io.marft.trainer.service.TrainerService;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.tools.AclCommand;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The whole system on a cluster that lets nobody in without TLS and a password: every service under a principal of its own,
 * with the rights that {@code marft topics acls} prints for it and no others.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecuredClusterIT {

    private static final String REGISTRY = "mock://secured";
    private static final Path OUTPUT = Path.of("target", "secured-cluster.log");
    private static final PrintStream STANDARD = System.out;

    @TempDir
    private static Path directory;

    private static SecuredCluster cluster;
    private static LanguageModel model;
    private static Team team;
    private static final Map<Role, Service> RUNNING = new EnumMap<>(Role.class);

    private record Result(int status, String out, String err) {}

    @BeforeAll
    static void start() throws Exception {
        System.setOut(new PrintStream(Files.newOutputStream(OUTPUT), true, StandardCharsets.UTF_8));
        // Kafka's clients write down their configuration.
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.INFO);
        team = TeamFile.load(Installation.find().team());
        model = LanguageModel.load(Installation.find().model(), ModelOptions.DEFAULT);
        List<String> users = Arrays.stream(Role.values())
                .map(role -> "marft-" + role.label())
                .toList();
        cluster = SecuredCluster.start(directory, users);
        runWhatIsPrinted();
    }

    private static void runWhatIsPrinted() throws IOException {
        Result printed = marft(
                "topics",
                "acls",
                "--format",
                "kafka-acls",
                "--bootstrap-servers",
                cluster.bootstrapServers(),
                "--command-config",
                cluster.adminFile().toString());
        assertEquals(0, printed.status, printed.err);
        for (String line : printed.out.lines().toList()) {
            List<String> words = List.of(line.replace("'", "").split(" ", -1));
            assertEquals("kafka-acls.sh", words.get(0));
            AclCommand.main(words.subList(1, words.size()).toArray(String[]::new));
        }
    }

    @AfterAll
    static void stopAndLookForSecrets() throws IOException {
        stop();
        model.close();
        cluster.close();
        System.setOut(STANDARD);
        List<String> telling = Files.readAllLines(OUTPUT).stream()
                .filter(line -> line.contains(SecuredCluster.SECRET))
                .toList();
        assertEquals(List.of(), telling);
        assertTrue(
                Files.readString(OUTPUT).contains("sasl.jaas.config = [hidden]"), "clients' configuration was logged");
    }

    private static void stop() {
        RUNNING.values().forEach(Service::close);
        RUNNING.clear();
    }

    private static Result marft(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        System.out.println(String.join(" ", arguments) + "\n" + out + err);
        return new Result(status, out.toString(), err.toString());
    }

    /** A command on the cluster, with a properties file. */
    private static Result as(Path file, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", cluster.bootstrapServers()));
        all.addAll(List.of("--registry-url", REGISTRY, "--client-config", file.toString()));
        return marft(all.toArray(String[]::new));
    }

    private static Result as(Role role, String... arguments) throws IOException {
        return as(cluster.file("marft-" + role.label()), arguments);
    }

    private static ClientSettings client(Role role) throws IOException {
        return new ClientSettings(
                cluster.bootstrapServers(),
                REGISTRY,
                "marft",
                ClientProperties.read(cluster.file("marft-" + role.label())));
    }

    private static void run(Role role, Function<ClientSettings, Service> maker) throws IOException {
        ClientSettings client = client(role);
        Service service = PromisedService.of(client, role, team.getName(), () -> maker.apply(client));
        RUNNING.put(role, service);
        service.start();
    }

    private static void startServices() throws IOException {
        List<String> agents = team.getAgents().stream().map(TeamAgent::getName).toList();
        Path state = directory.resolve("streams");
        run(Role.ROUTER, client -> new RouterService(new RouterSettings(client, state)));
        run(Role.REWARD, client -> new ScoreService(client, "0", state));
        run(Role.ASSEMBLER, client -> new AssembleService(client, "0", state));
        run(Role.AGENT, client -> new AgentService(new AgentSettings(client, team.getName(), agents), model));
        run(
                Role.TRAINER,
                client -> new TrainerService(
                        model,
                        new TrainerSettings(
                                client, team, TrainingFile.parse("{batchEpisodes: 4, epochs: 1}", "test"), 1, 2),
                        "0"));
        startEnvironment();
    }

    private static void startEnvironment() throws IOException {
        EnvironmentSettings settings = new EnvironmentSettings(team, 1, 4).withMaxUntrained(8);
        run(Role.ENVIRONMENT, client -> new EnvironmentService(client, settings, new ArithmeticTask()));
    }

    private static long count(Topic topic) {
        Map<String, Object> properties = cluster.adminProperties();
        properties.put("isolation.level", "read_committed");
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        properties.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
            TopicPartition partition = new TopicPartition("marft." + topic.suffix(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            long records = 0;
            while (consumer.position(partition) < end) {
                records += consumer.poll(Duration.ofMillis(100)).count();
            }
            return records;
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited for two minutes");
            LockSupport.parkNanos(200_000_000);
        }
    }

    private static void awaitWhileAllRun(BooleanSupplier condition) {
        await(() -> {
            RUNNING.forEach((role, service) -> service.failure().ifPresent(failure -> {
                throw new AssertionError(role + " stopped: " + Failures.line(failure), failure);
            }));
            return condition.getAsBoolean();
        });
    }

    @Test
    @Order(1)
    void shouldServeAndLearnWithTheLeastRights() throws Exception {
        Result provisioned = as(Role.OPERATOR, "provision", "--partitions", "1");
        assertEquals(0, provisioned.status, provisioned.err);
        assertEquals(0, as(Role.OPERATOR, "provision", "--partitions", "1").status);
        startServices();
        awaitWhileAllRun(() -> count(Topic.UPDATES) >= 1);
        assertEquals(
                List.of(),
                Files.readAllLines(OUTPUT).stream()
                        .filter(line -> line.contains("does not tell the settings"))
                        .toList());
        for (Role role : List.of(Role.ENVIRONMENT, Role.TRAINER)) {
            RUNNING.remove(role).close();
        }
        Result asked = as(Role.OPERATOR, "ask", "What is 1 plus 1?");
        assertEquals(0, asked.status, asked.err);
        assertTrue(asked.out.contains("answer: "), asked.out);
        new Evaluator(client(Role.EVALUATOR), team, new ArithmeticTask())
                .evaluate("secured", 4, 1, Duration.ofMinutes(1), progress -> {});
        assertEquals(0, count(Topic.DEAD_LETTERS));
    }

    @Test
    @Order(2)
    void shouldShowEachPersonWhatTheyMayRead() throws Exception {
        Result topics = as(Role.OPERATOR, "topics");
        assertEquals(0, topics.status, topics.err);
        assertTrue(topics.out.lines().anyMatch(line -> line.matches("marft.references +1 +\\d+ .*")), topics.out);
        assertTrue(topics.out.lines().anyMatch(line -> line.matches("marft.teams +1 +1 .*")), topics.out);
        Result counted = as(Role.OPERATOR, "topics", "--exact");
        assertEquals(0, counted.status, counted.err);
        assertTrue(counted.out.lines().anyMatch(line -> line.matches("marft.references +1 +no right .*")), counted.out);
        assertTrue(counted.out.lines().anyMatch(line -> line.matches("marft.teams +1 +1 .*")), counted.out);
        assertEquals(0, as(Role.OPERATOR, "tail", "dead-letters").status);
        assertEquals(0, as(Role.AUDITOR, "tail", "updates", "-n", "1").status);
        String adapter = directory.resolve("adapter").toString();
        Result exported = as(Role.AUDITOR, "adapters", "export", "--agent", "actor", adapter);
        assertEquals(0, exported.status, exported.err);
        Result replayed = as(Role.AUDITOR, "replay");
        assertEquals(0, replayed.status, replayed.err);
    }

    @Test
    @Order(3)
    void shouldKeepReferencesFromAllButReward() throws Exception {
        TopicPartition references = new TopicPartition("marft.references", 0);
        for (Role role : Role.values()) {
            try (KafkaConsumer<String, byte[]> consumer =
                    new KafkaConsumer<>(client(role).reader())) {
                consumer.assign(List.of(references));
                if (role == Role.REWARD) {
                    consumer.seekToBeginning(List.of(references));
                    await(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
                } else {
                    assertThrows(
                            TopicAuthorizationException.class,
                            () -> {
                                consumer.seekToBeginning(List.of(references));
                                await(() ->
                                        !consumer.poll(Duration.ofMillis(100)).isEmpty());
                            },
                            role.label());
                }
            }
        }
        assertOneLine(as(Role.AGENT, "tail", "references"), "Not authorized to access topics: [marft.references]");
    }

    @Test
    @Order(4)
    void shouldStopInTheMiddleWhenARightIsTaken() throws Exception {
        deny("marft.rewards", "User:marft-reward");
        startEnvironment();
        assertStopped(Role.REWARD, "marft.rewards");
        deny("marft.actions", "User:marft-agent");
        as(Role.OPERATOR, "ask", "What is 1 plus 1?", "--timeout", "2"); // Nothing else would begin an episode now.
        assertStopped(Role.AGENT, "marft.actions");
        stop();
    }

    private static void deny(String topic, String principal) throws Exception {
        try (Admin admin = Admin.create(cluster.adminProperties())) {
            admin.deleteAcls(List.of(new AclBindingFilter(
                            new ResourcePatternFilter(ResourceType.TOPIC, topic, PatternType.LITERAL),
                            new AccessControlEntryFilter(principal, "*", AclOperation.WRITE, AclPermissionType.ALLOW))))
                    .all()
                    .get();
        }
    }

    private static void assertStopped(Role role, String topic) {
        await(() -> RUNNING.get(role).failure().isPresent());
        String line = Failures.line(RUNNING.get(role).failure().orElseThrow());
        assertTrue(line.contains(topic) && line.contains("`marft topics acls`"), line);
        assertEquals(1, line.lines().count(), line);
    }

    @Test
    @Order(5)
    void shouldRefuseAServiceUnderAnotherOnesPrincipal() throws Exception {
        for (String service : List.of("reward", "router", "assembler", "environment", "trainer")) {
            Result refused = as(
                    Role.AGENT,
                    "serve",
                    service,
                    "--state-dir",
                    directory.resolve("other").toString());
            assertOneLine(refused, "`marft topics acls` prints the rights that each service needs");
        }
        assertOneLine(as(Role.CLIENT, "ask", "What is 1 plus 1?"), "`marft topics acls`");
        assertOneLine(as(Role.AGENT, "provision"), "`marft topics acls`");
    }

    private static final List<List<String>> COMMANDS = List.of(
            List.of("topics"),
            List.of("tail", "actions"),
            List.of("provision", "--wait", "60"),
            List.of("ask", "What is 1 plus 1?"),
            List.of("serve", "router"),
            List.of("serve", "reward"),
            List.of("serve", "agents"),
            List.of("serve", "trainer"),
            List.of("serve", "environment"));

    private static List<String> inDirectory(List<String> command) {
        List<String> words = new ArrayList<>(command);
        if (command.get(0).equals("serve")) {
            words.addAll(List.of("--state-dir", directory.resolve("refused").toString()));
        }
        return words;
    }

    @Test
    @Order(6)
    void shouldSayInOneLineThatThePasswordIsWrong() throws Exception {
        Path wrong = cluster.fileWithWrongPassword("marft-router");
        for (List<String> command : COMMANDS) {
            assertOneLine(
                    as(wrong, inDirectory(command).toArray(String[]::new)),
                    "invalid credentials with SASL mechanism SCRAM-SHA-512",
                    "--client-config");
        }
    }

    @Test
    @Order(7)
    void shouldSayInOneLineThatTheCertificateIsNotTrusted() throws Exception {
        Path mistaken = cluster.fileThatTrustsAnother("marft-router");
        for (List<String> command : COMMANDS) {
            assertOneLine(
                    as(mistaken, inDirectory(command).toArray(String[]::new)),
                    "SSL handshake failed",
                    "certification path",
                    "--client-config");
        }
    }

    private static void assertOneLine(Result result, String... parts) {
        assertEquals(1, result.status, result.out + result.err);
        assertEquals(1, result.err.lines().count(), result.err);
        for (String part : parts) {
            assertTrue(result.err.contains(part), result.err);
        }
        assertFalse(result.err.contains("Exception"), result.err);
    }
}
