package io.marft.actor;

import static io.marft.actor.Fixtures.adapter;
import static io.marft.actor.Fixtures.chainOfTwo;
import static io.marft.actor.Fixtures.turn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.acting.AgentService;
import io.marft.actor.acting.AgentSettings;
import io.marft.policy.TinyModels;
import io.marft.schemas.record.Action;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.testkit.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** An agent whose policy takes long, on a real broker. */
class SlowPolicyIT {

    private static final String AGENT = "reasoner";
    private static final String SLOW = "slow";

    private static TestCluster cluster;

    private final List<Service> services = new ArrayList<>();
    private ClientSettings client;
    private Traffic traffic;

    @BeforeAll
    static void startCluster() {
        cluster = TestCluster.start(1);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void provision(TestInfo test) throws Exception {
        String name = test.getTestMethod().orElseThrow().getName();
        client = new ClientSettings(cluster.bootstrapServers(), "mock://" + name, name);
        traffic = new Traffic(client, chainOfTwo(1));
    }

    @AfterEach
    void stop() {
        services.forEach(Service::close);
        traffic.close();
    }

    @Test
    void shouldAnswerWhatComesMeanwhileHoweverFarATurnIsBeyondThePollLimit() throws Exception {
        Duration pollLimit = Duration.ofSeconds(1);
        HeldPolicy policy = new HeldPolicy(SLOW::equals);
        client = new ClientSettings(
                client.bootstrapServers(),
                client.registryUrl(),
                client.prefix(),
                Map.of("max.poll.interval.ms", Long.toString(pollLimit.toMillis())));
        Service agent = serve("0", 4, Duration.ZERO, policy);
        String behind = beside(SLOW, 1).get(0);
        send(SLOW);
        send(behind);
        Traffic.until(() -> policy.asked().equals(List.of(SLOW, behind)));

        long end = System.nanoTime() + pollLimit.multipliedBy(3).toNanos();
        List<String> meanwhile = new ArrayList<>();
        while (System.nanoTime() < end) {
            String episode = elsewhere(SLOW, meanwhile.size() + 1).get(meanwhile.size());
            meanwhile.add(episode);
            send(episode);
            assertEquals(meanwhile, episodes(meanwhile.size()), "what is behind the slow turn waits for it");
        }
        policy.release(SLOW);

        List<String> all = Stream.concat(meanwhile.stream(), Stream.of(SLOW, behind))
                .sorted()
                .toList();
        assertEquals(all, sorted(episodes(all.size())));
        assertEquals(all, sorted(policy.asked()), "no turn is answered twice");
        assertEquals(Optional.empty(), agent.failure());
    }

    @Test
    void shouldCommitInOrderWhatIsAnsweredOutOfOrder() throws Exception {
        List<String> row = beside(SLOW, 3);
        String other = elsewhere(SLOW, 1).get(0);
        HeldPolicy policy = new HeldPolicy(row::contains);
        serve("0", 4, Duration.ZERO, policy);
        for (String episode : row) {
            send(episode);
        }
        Traffic.until(() -> policy.asked().equals(row));

        policy.release(row.get(2));
        policy.release(row.get(1));
        send(other);
        assertEquals(List.of(other), episodes(1), "what is answered before its turn waits");
        policy.release(row.get(0));

        assertEquals(row, episodes(4).stream().filter(row::contains).toList());
    }

    @Test
    void shouldNeitherLoseNorDoubleATurnWhereAPartitionPassesToAnotherInItsMidst() throws Exception {
        HeldPolicy first = new HeldPolicy(all -> true);
        HeldPolicy second = new HeldPolicy(episode -> episode.startsWith("late"));
        serve("0", 32, Duration.ZERO, first);
        List<String> sent = sendAll("early", 12);
        Traffic.until(() -> first.asked().size() == sent.size());

        Service leaving = serve("1", 32, Duration.ZERO, second);
        Traffic.until(() -> !second.asked().isEmpty());
        List<String> moved = episodes(1);
        first.releaseAll();
        assertEquals(sorted(sent), sorted(episodes(sent.size())));
        assertEquals(new HashSet<>(first.asked()).size(), first.asked().size(), "turns of partitions that stay go on");
        assertTrue(second.asked().containsAll(moved));

        sent.addAll(sendAll("late", 12));
        Traffic.until(() -> first.asked().size() + second.asked().size() > sent.size()
                && second.asked().stream().anyMatch(episode -> episode.startsWith("late")));
        leaving.close();
        second.releaseAll(); // Nobody waits for these any more.
        Traffic.until(() -> new HashSet<>(first.asked()).containsAll(sent));
        first.releaseAll();

        assertEquals(sorted(sent), sorted(episodes(sent.size())));
        assertEquals(List.of(), traffic.deadLetters(0));
    }

    @Test
    void shouldAnswerTheNextTurnWithANewAdapterWhileAnOlderOneIsStillAnswered() throws Exception {
        HeldPolicy policy = new HeldPolicy(SLOW::equals);
        serve("0", 4, Duration.ZERO, policy);
        send(SLOW);
        Traffic.until(() -> policy.asked().contains(SLOW));

        traffic.publish(AGENT, 1, adapter(TinyModels.config(), 3), HeldPolicy.DIGEST);
        int sent = 0;
        List<Action> actions;
        do {
            sent++;
            send(elsewhere(SLOW, sent).get(sent - 1));
            int count = sent;
            actions = traffic.actions(all -> all.size() >= count);
        } while (actions.stream().noneMatch(action -> action.getAdapterVersion() == 1));
        policy.release(SLOW);

        int all = sent + 1;
        assertEquals(
                List.of(0L),
                traffic.actions(found -> found.size() >= all).stream()
                        .filter(action -> action.getEpisode().equals(SLOW))
                        .map(Action::getAdapterVersion)
                        .toList());
    }

    @Test
    void shouldKeepWhatIsAnsweredWhereItsProducerIsFenced() throws Exception {
        HeldPolicy policy = new HeldPolicy(SLOW::equals);
        Service agent = serve("0", 4, Duration.ZERO, policy);
        send("before");
        episodes(1);
        send(SLOW);
        Traffic.until(() -> policy.asked().contains(SLOW));
        try (Admin admin = Admin.create(client.admin())) {
            admin.fenceProducers(List.of(client.names().agentMember("team", AGENT, "0")))
                    .all()
                    .get();
        }
        policy.release(SLOW);

        assertEquals(List.of("before", SLOW), sorted(episodes(2)));
        assertEquals(List.of("before", SLOW), policy.asked());
        assertEquals(Optional.empty(), agent.failure());
    }

    @Test
    void shouldCommitWhatIsAnsweredWhenItIsStoppedAndLeaveTheRestToTheNext() throws Exception {
        HeldPolicy policy = new HeldPolicy(SLOW::equals);
        String quick = elsewhere(SLOW, 1).get(0);
        Service agent = serve("0", 4, Duration.ofSeconds(1), policy);
        send(SLOW);
        send(quick);
        Traffic.until(() -> policy.asked().size() == 2);

        agent.close();
        assertEquals(List.of(quick), episodes(1));
        serve("0", 4, Duration.ZERO, policy);
        Traffic.until(() -> policy.asked().size() == 3);
        policy.release(SLOW);

        assertEquals(sorted(List.of(quick, SLOW)), sorted(episodes(2)));
        assertEquals(sorted(List.of(quick, SLOW, SLOW)), sorted(policy.asked()));
    }

    private Service serve(String instance, int batch, Duration linger, HeldPolicy policy) {
        Service service =
                new AgentService(new AgentSettings(client, "team", List.of(AGENT), instance, batch, linger), policy);
        services.add(service);
        service.start();
        return service;
    }

    private void send(String episode) throws Exception {
        traffic.send(turn(episode, AGENT, "1+2?", 1L));
    }

    private List<String> sendAll(String prefix, int count) throws Exception {
        List<String> episodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            episodes.add(prefix + "-" + i);
            send(prefix + "-" + i);
        }
        return episodes;
    }

    /** The episodes of the actions on the log, as soon as there are so many. */
    private List<String> episodes(int count) {
        return traffic.actions(actions -> actions.size() >= count).stream()
                .map(Action::getEpisode)
                .toList();
    }

    /** Names of episodes in the same partition as another. */
    private static List<String> beside(String episode, int count) {
        return episodes("beside", Traffic.partition(episode), count);
    }

    /** Names of episodes in one other partition than another. */
    private static List<String> elsewhere(String episode, int count) {
        return episodes("elsewhere", (Traffic.partition(episode) + 1) % Traffic.PARTITIONS, count);
    }

    private static List<String> episodes(String prefix, int partition, int count) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> prefix + "-" + i)
                .filter(name -> Traffic.partition(name) == partition)
                .limit(count)
                .toList();
    }

    private static List<String> sorted(List<String> names) {
        return names.stream().sorted().toList();
    }
}
