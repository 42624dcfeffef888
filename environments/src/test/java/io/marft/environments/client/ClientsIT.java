package io.marft.environments.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.environments.Peers;
import io.marft.environments.TestTeam;
import io.marft.environments.arithmetic.ArithmeticTask;
import io.marft.environments.measure.EvaluationTimeoutException;
import io.marft.environments.measure.Evaluator;
import io.marft.environments.task.Exercise;
import io.marft.environments.task.Task;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Evaluation;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.TopicProvisioner;
import io.marft.testkit.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ClientsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static TestCluster cluster;
    private static ClientSettings settings;
    private static Peers peers;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(1);
        settings = new ClientSettings(cluster.bootstrapServers(), "mock://clients", "marft");
        new TopicProvisioner(settings, 3, (short) 1).provision(TestTeam.CHAIN);
        peers = new Peers(settings);
    }

    @AfterAll
    static void stop() {
        peers.close();
        cluster.close();
    }

    @Test
    void shouldMeasureAndPublishTheResult() {
        List<Evaluator.Progress> progress = new ArrayList<>();
        Evaluator evaluator = new Evaluator(settings, TestTeam.CHAIN, new ArithmeticTask());

        Evaluation first = evaluator.evaluate("untuned", 25, 1, PATIENCE, progress::add);
        Evaluation second = evaluator.evaluate("tuned", 25, 1, PATIENCE, unused -> {});

        assertEquals(25, first.getProblems());
        assertEquals(13, first.getCorrect(), "the peers answer even indices rightly");
        assertEquals(Map.of("reasoner", 5L, "actor", 5L), first.getAdapterVersions());
        assertEquals("arithmetic", first.getEnvironment());
        assertEquals(new Evaluator.Progress(25, 25, 13), progress.get(progress.size() - 1));
        assertEquals(13, second.getCorrect(), "episodes of two measurements do not mix");
    }

    @Test
    void shouldSayHowManyEpisodesAreOpen() {
        Evaluator evaluator = new Evaluator(settings, TestTeam.CHAIN, new OneForNobody());

        EvaluationTimeoutException timeout = assertThrows(
                EvaluationTimeoutException.class,
                () -> evaluator.evaluate("untuned", 3, 1, Duration.ofSeconds(3), unused -> {}));

        assertTrue(
                timeout.getMessage().startsWith("evaluation 'untuned': 1 of 3 problems are open after 3 s"),
                timeout.getMessage());
    }

    @Test
    void shouldShowEachActionOfAnAnsweredQuestion() {
        List<Action> seen = new ArrayList<>();

        Asker.Outcome outcome = new Asker(settings, TestTeam.CHAIN).ask("What is 3 + 4?", PATIENCE, seen::add);

        assertEquals(seen, assertInstanceOf(Asker.Answered.class, outcome).actions());
        assertEquals(
                List.of("said by reasoner", "said by actor"),
                seen.stream().map(Action::getText).toList());
    }

    @Test
    void shouldEndARefusedQuestionByItsDeadLetter() {
        Asker.Outcome outcome = new Asker(settings, TestTeam.CHAIN).ask("much too long", PATIENCE, unused -> {});

        assertEquals(
                "prompt is too long",
                assertInstanceOf(Asker.Refused.class, outcome).letter().getReason());
    }

    @Test
    void shouldGiveUpOnAQuestionThatNobodyAnswers() {
        Asker.Outcome outcome =
                new Asker(settings, TestTeam.CHAIN).ask("for nobody", Duration.ofMillis(500), unused -> {});

        assertEquals(
                List.of(), assertInstanceOf(Asker.Unanswered.class, outcome).actions());
    }

    /** The second exercise is one that the peers leave alone. */
    private static final class OneForNobody implements Task {

        @Override
        public String name() {
            return "one-for-nobody";
        }

        @Override
        public Exercise training(long seed, long index) {
            throw new UnsupportedOperationException("only measured with");
        }

        @Override
        public Exercise heldOut(long seed, long index) {
            return new Exercise(index == 1 ? "for nobody" : "for all", "7", "boxed");
        }
    }
}
