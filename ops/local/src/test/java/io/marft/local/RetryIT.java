package io.marft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.routing.RouterService;
import io.marft.actor.routing.RouterSettings;
import io.marft.environments.client.Asker;
import io.marft.environments.measure.Evaluator;
import io.marft.environments.task.Exercise;
import io.marft.environments.task.Task;
import io.marft.reward.assemble.AssembleService;
import io.marft.reward.score.ScoreService;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Evaluation;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.TeamFile;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.streaming.provision.Provisioning;
import io.marft.testkit.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A team whose verifier sends work back, through the real router, scoring and assembly. Only the agents are stubs: the
 * actor is wrong at step 0, and right from step 1 on unless the question is hard; the verifier says what is so.
 */
@Timeout(180)
class RetryIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Team TEAM = TeamFile.parse(
            """
            name: verified
            horizon: 3
            retry: "has(actions.verifier) && actions.verifier.startsWith('no')"
            agents:
              - {name: actor, answers: true}
              - {name: verifier, after: [actor], when: "!observation.text.contains('trust')"}
            """,
            "test");

    private final List<Service> services = new ArrayList<>();
    private TestCluster cluster;
    private ClientSettings client;
    private StubAgents agents;

    @BeforeEach
    void start(@TempDir Path directory) {
        cluster = TestCluster.start(1);
        client = new ClientSettings(cluster.bootstrapServers(), "mock://retry", "marft");
        Provisioning.provision(client, TEAM, 3, (short) 1);
        services.add(new RouterService(new RouterSettings(client, directory.resolve("router"))));
        services.add(new ScoreService(client, "0", directory.resolve("reward")));
        services.add(new AssembleService(client, "0", directory.resolve("assembler")));
        services.forEach(Service::start);
        agents = new StubAgents(client, TEAM, RetryIT::says);
    }

    @AfterEach
    void stop() {
        agents.close();
        for (Service service : services) {
            service.close();
        }
        cluster.close();
    }

    private static String says(String agent, int step, String question) {
        boolean right = step > 0 && !question.contains("hard");
        if (agent.equals("actor")) {
            return right ? "\\boxed{7}" : "\\boxed{6}";
        }
        return right ? "yes" : "no";
    }

    @Test
    void shouldGoOnUntilTheVerifierAgreesOrTheHorizonIsUsedUp() {
        Evaluation evaluation =
                new Evaluator(client, TEAM, new Questions()).evaluate("test", 6, 1, PATIENCE, unused -> {});

        assertEquals(2, evaluation.getCorrect());
        List<Trajectory> trajectories = trajectories(6);
        for (Trajectory trajectory : trajectories) {
            String question = trajectory.getSteps().get(0).getMessages().get(0).getContent();
            List<Double> rewards = trajectory.getSteps().stream()
                    .map(step -> step.getReward().getValue())
                    .toList();
            List<String> acted = trajectory.getSteps().stream()
                    .map(Step::getActions)
                    .flatMap(List::stream)
                    .map(Action::getAgent)
                    .toList();
            switch (question) {
                case "easy" -> {
                    assertEquals(List.of(0.0, 1.0), rewards);
                    assertEquals(List.of("actor", "verifier", "actor", "verifier"), acted);
                    assertEquals(Closure.ANSWERED, trajectory.getClosure());
                }
                case "hard" -> {
                    assertEquals(List.of(0.0, 0.0, 0.0), rewards);
                    assertEquals(6, acted.size());
                    assertEquals(Closure.HORIZON, trajectory.getClosure());
                }
                default -> {
                    assertEquals(List.of(0.0), rewards);
                    assertEquals(List.of("actor"), acted);
                    assertEquals(Closure.ANSWERED, trajectory.getClosure());
                }
            }
            assertTrue(trajectory.getTerminal());
        }
    }

    @Test
    void shouldShowAPersonEveryStepOfTheAnswer() {
        Asker.Outcome outcome = new Asker(client, TEAM).ask("hard", PATIENCE, unused -> {});

        List<Action> actions = assertInstanceOf(Asker.Answered.class, outcome).actions();
        assertEquals(
                List.of(0, 0, 1, 1, 2, 2), actions.stream().map(Action::getStep).toList());
    }

    private List<Trajectory> trajectories(int count) {
        String name = client.topics().of(Topic.TRAJECTORIES);
        List<Trajectory> found = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(client.reader());
                RecordCodec codec = client.codec()) {
            List<TopicPartition> partitions = consumer.partitionsFor(name).stream()
                    .map(partition -> new TopicPartition(name, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (found.size() < count) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record -> found.add(
                                ((Decoded.Valid<Trajectory>) codec.decode(name, record.value(), Trajectory.class))
                                        .value()));
            }
        }
        return found;
    }

    private static final class Questions implements Task {

        @Override
        public String name() {
            return "questions";
        }

        @Override
        public Exercise training(long seed, long index) {
            throw new UnsupportedOperationException("only measured with");
        }

        @Override
        public Exercise heldOut(long seed, long index) {
            return new Exercise(List.of("easy", "hard", "trust").get((int) (index % 3)), "7", "boxed");
        }
    }
}
