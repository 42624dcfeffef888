package io.marft.actor;

import static io.marft.actor.Fixtures.adapter;
import static io.marft.actor.Fixtures.chainOfTwo;
import static io.marft.actor.Fixtures.manifest;
import static io.marft.actor.Fixtures.observation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.acting.AgentService;
import io.marft.actor.routing.RouterService;
import io.marft.actor.routing.RouterSettings;
import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Turn;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.testkit.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Router and agents on a real broker, with a small random model. */
class ActorServiceIT {

    private static final Logger LOG = LoggerFactory.getLogger(ActorServiceIT.class);

    @TempDir
    private static Path modelDirectory;

    private static TestCluster cluster;
    private static LanguageModel model;

    @TempDir
    private Path stateDirectory;

    private final List<Service> services = new ArrayList<>();
    private ClientSettings client;
    private TopicNames topics;
    private Traffic traffic;
    private Service router;

    @BeforeAll
    static void startCluster() {
        cluster = TestCluster.start(1);
        model = LanguageModel.load(TinyModels.write(modelDirectory, TinyModels.config(), 5), 1);
    }

    @AfterAll
    static void stopCluster() {
        model.close();
        cluster.close();
    }

    @BeforeEach
    void startRouter(TestInfo test) throws Exception {
        String name = test.getTestMethod().orElseThrow().getName();

        client = new ClientSettings(cluster.bootstrapServers(), "mock://" + name, name);
        topics = client.topics();
        traffic = new Traffic(client, chainOfTwo(1));
        router = start(new RouterService(new RouterSettings(client, stateDirectory)));
    }

    @AfterEach
    void stop() {
        for (int i = services.size() - 1; i >= 0; i--) {
            services.get(i).close();
        }
        traffic.close();
    }

    @Test
    void shouldGiveEveryEpisodeOneActionOfEachAgent() throws Exception {
        startAgents();
        for (int i = 0; i < 40; i++) {
            send("e-" + i);
        }

        List<Action> actions = traffic.actions(enough -> enough.size() >= 80);

        assertOneActionEach(40, actions);
        assertEquals(List.of(), traffic.deadLetters(0));
        Action last = byAgent(actions, "actor").get(0);
        String said = byAgent(actions, "reasoner").stream()
                .filter(action -> action.getEpisode().equals(last.getEpisode()))
                .findFirst()
                .orElseThrow()
                .getText();
        int[] prompt =
                last.getPromptTokens().stream().mapToInt(Integer::intValue).toArray();
        assertTrue(model.text(prompt).contains("reasoner: " + said));
    }

    @Test
    void shouldAnswerAnIdleTeamsQuestionWithoutDelay() throws Exception {
        startAgents();
        send("warm-up");
        traffic.actions(enough -> enough.size() >= 2);

        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String episode = "e-" + i;
            Instant asked = Instant.now();
            send(episode);
            Action answer = traffic.actions(actions -> answered(actions, episode)).stream()
                    .filter(action -> action.getEpisode().equals(episode))
                    .filter(action -> action.getAgent().equals("actor"))
                    .findFirst()
                    .orElseThrow();
            millis.add(Duration.between(asked, answer.getCreatedAt()).toMillis());
        }

        LOG.atInfo().addKeyValue("millis", millis).log("observation to last action, one episode at a time");
        assertTrue(millis.stream().sorted().toList().get(5) < 1000, () -> "took " + millis + " ms");
    }

    @Test
    void shouldActWithANewAdapterWithinASecondAndStillAfterARestart() throws Exception {
        Service agents = startAgents();
        send("before");
        traffic.actions(actions -> answered(actions, "before"));
        Adapter adapter = adapter(model.config(), 3);

        Instant published = Instant.now();
        traffic.publish("reasoner", 1, adapter, model.digest());
        Action first = sendUntil("after", action -> action.getAdapterVersion() == 1);
        long millis = Duration.between(published, first.getCreatedAt()).toMillis();
        agents.close();
        startAgents();
        send("restarted");
        List<Action> actions = traffic.actions(all -> answered(all, "restarted"));

        LOG.atInfo().addKeyValue("millis", millis).log("adapter's publication to first action with it");
        assertTrue(millis < 1000, () -> "took " + millis + " ms");
        assertEquals("reasoner", first.getAgent());
        assertEquals(adapter.digest(), first.getAdapterDigest());
        Map<String, Long> versions = actions.stream()
                .filter(action -> action.getEpisode().equals("restarted"))
                .collect(Collectors.toMap(Action::getAgent, Action::getAdapterVersion));
        assertEquals(Map.of("reasoner", 1L, "actor", 0L), versions);
    }

    @Test
    void shouldRefuseABadAdapterAndKeepTheLastGoodOne() throws Exception {
        startAgents();
        send("first"); // A start that meets all three looks at the newest first.
        traffic.actions(all -> answered(all, "first"));
        Adapter good = adapter(model.config(), 3);
        Adapter other = adapter(model.config(), 4);
        traffic.publish("reasoner", 1, good, model.digest());
        traffic.publish(manifest("reasoner", 2, good, model.digest(), 2), other.toSafetensors());
        traffic.publish("reasoner", 3, good, "sha256:another");

        List<DeadLetter> letters = traffic.deadLetters(2);
        send("e");
        List<Action> actions = traffic.actions(all -> answered(all, "e"));
        traffic.publish("reasoner", 4, other, model.digest());
        Action next = sendUntil("after", action -> action.getAdapterVersion() > 1);

        String first = letters.get(0).getReason();
        assertTrue(first.startsWith("adapter version 2 of agent 'reasoner' is refused: its weights"), first);
        assertTrue(letters.get(1).getReason().contains("belongs to base model sha256:another"));
        assertTrue(letters.get(1).getReason().endsWith("version 1 stays in service"));
        assertEquals(
                List.of(1L),
                actions.stream()
                        .filter(action -> action.getEpisode().equals("e")
                                && action.getAgent().equals("reasoner"))
                        .map(Action::getAdapterVersion)
                        .toList());
        assertEquals(4L, next.getAdapterVersion());
    }

    @Test
    void shouldDeadLetterWhatCannotBeUsedAndGoOn() throws Exception {
        startAgents();
        traffic.send(topics.turns("team", "reasoner"), "junk", new byte[] {1, 2, 3});
        traffic.send(topics.turns("team", "reasoner"), "schema", new byte[] {0, 0, 1, 2, 3, 4});
        traffic.send(observation("long", 0, "1+2?".repeat(100)));
        send("e");

        List<Action> actions = traffic.actions(all -> answered(all, "e"));
        List<DeadLetter> letters = traffic.deadLetters(3);

        assertEquals(2, actions.size());
        assertEquals(3, letters.size());
        assertTrue(letters.stream().allMatch(letter -> letter.getService().equals("agent.team.reasoner")));
        assertTrue(letters.stream().anyMatch(letter -> letter.getReason().contains("context of 128")));
    }

    @Test
    void shouldStopAWorkerWhosePlaceAnotherTook() throws Exception {
        Service first = startAgents();
        send("one");
        traffic.actions(actions -> answered(actions, "one"));

        startAgents();
        send("two");
        List<Action> actions = traffic.actions(all -> answered(all, "two"));

        assertEquals(4, actions.size());
        Traffic.until(() -> first.failure().isPresent());
    }

    /** A broker fences a producer whose transaction was open for too long. */
    @Test
    void shouldGoOnWhereItsProducerWasFenced() throws Exception {
        Service agents = startAgents();
        send("e-0");
        traffic.actions(actions -> answered(actions, "e-0"));
        try (Admin admin = Admin.create(client.admin())) {
            List<String> ids = admin.listTransactions().all().get().stream()
                    .map(TransactionListing::transactionalId)
                    .filter(id -> id.startsWith(client.prefix() + ".agent."))
                    .toList();
            assertEquals(2, ids.size());
            admin.fenceProducers(ids).all().get();
        }
        send("e-1");
        List<Action> actions = traffic.actions(all -> answered(all, "e-1"));

        assertOneActionEach(2, actions);
        assertEquals(Optional.empty(), agents.failure());
    }

    @Test
    void shouldCarryOnWithOpenEpisodesWhenTheRouterComesBackElsewhere(@TempDir Path elsewhere) throws Exception {
        traffic.send(Observation.newBuilder(observation("e", 0, "1+2?"))
                .setTeamVersion(2)
                .build());
        send(besides("e")); // In the same partition: when it is routed, the other one waits for its team.
        traffic.await(topics.turns("team", "reasoner"), Turn.class, turns -> turns.size() == 1);
        router.close();
        start(new RouterService(new RouterSettings(client, elsewhere)));
        traffic.send(Team.newBuilder(chainOfTwo(1)).setVersion(2).build());
        startAgents();

        List<Action> actions = traffic.actions(all -> answered(all, besides("e")) && answered(all, "e"));

        assertEquals(4, actions.size());
        assertEquals(List.of(), traffic.deadLetters(0));
    }

    @Test
    void shouldNeitherLoseNorDoubleAnActionWhenItsProcessIsKilled() throws Exception {
        Process doomed = AgentProcess.start(client, modelDirectory);
        try {
            for (int i = 0; i < 60; i++) {
                send("e-" + i);
            }
            traffic.actions(actions -> actions.size() >= 10);
        } finally {
            doomed.destroyForcibly().waitFor();
        }
        int before = traffic.actions(actions -> actions.size() >= 10).size();
        start(new AgentService(AgentProcess.settings(client, chainOfTwo(1)), model));

        List<Action> actions = traffic.actions(all -> all.size() >= 120);

        LOG.atInfo().addKeyValue("actions", before).log("actions before the process was killed, at least");
        assertOneActionEach(60, actions);
        assertEquals(List.of(), traffic.deadLetters(0));
    }

    private Service startAgents() {
        return start(new AgentService(AgentProcess.settings(client, chainOfTwo(1)), model));
    }

    private Service start(Service service) {
        services.add(service);
        service.start();
        return service;
    }

    /** The name of an episode in the same partition as another. */
    private static String besides(String episode) {
        return IntStream.range(0, 100)
                .mapToObj(i -> "beside-" + i)
                .filter(other -> Traffic.partition(other) == Traffic.partition(episode))
                .findFirst()
                .orElseThrow();
    }

    private void send(String episode) throws Exception {
        traffic.send(Observation.newBuilder(observation(episode, 0, "1+2?"))
                .setSeed(episode.hashCode())
                .build());
    }

    /** Sends episode after episode until an action is as wished. */
    private Action sendUntil(String prefix, Predicate<Action> wished) throws Exception {
        for (int i = 0; i < 100; i++) {
            String episode = prefix + "-" + i;
            send(episode);
            List<Action> found = traffic.actions(all -> answered(all, episode)).stream()
                    .filter(wished)
                    .toList();
            if (!found.isEmpty()) {
                return found.get(0);
            }
        }
        throw new AssertionError("no action was as wished");
    }

    private static boolean answered(List<Action> actions, String episode) {
        return actions.stream()
                .anyMatch(action ->
                        action.getEpisode().equals(episode) && action.getAgent().equals("actor"));
    }

    private static List<Action> byAgent(List<Action> actions, String agent) {
        return actions.stream()
                .filter(action -> action.getAgent().equals(agent))
                .toList();
    }

    private static void assertOneActionEach(int episodes, List<Action> actions) {
        List<String> expected = IntStream.range(0, episodes)
                .boxed()
                .flatMap(i -> List.of("e-" + i + " actor", "e-" + i + " reasoner").stream())
                .sorted()
                .toList();
        assertEquals(
                expected,
                actions.stream()
                        .map(action -> action.getEpisode() + " " + action.getAgent())
                        .sorted()
                        .toList());
    }
}
