package io.marft.cli.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.environments.arithmetic.ArithmeticProblems;
import io.marft.environments.arithmetic.Demonstration;
import io.marft.environments.arithmetic.Demonstrations;
import io.marft.environments.arithmetic.Problem;
import io.marft.environments.arithmetic.Pupil;
import io.marft.environments.arithmetic.Split;
import io.marft.policy.LanguageModel;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.Sampling;
import io.marft.policy.token.ChatMessage;
import io.marft.policy.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the committed model promises. */
class BundledModelTest {

    private static final Path DIRECTORY = Path.of("../../models/arithmetic");
    private static final int PROBLEMS = 400;

    private static LanguageModel model;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(DIRECTORY, 1);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void shouldBeTheModelOfItsCard() throws IOException {
        assertEquals(BundledModel.config(), model.config());
        assertTrue(Files.readString(DIRECTORY.resolve("README.md")).contains(model.digest()));
        assertTrue(Files.size(DIRECTORY.resolve("model.safetensors")) < 6 << 20);
    }

    @Test
    void shouldTokenizeWhatItIsTrainedOnWithoutLoss() {
        try (Tokenizer tokenizer = new Tokenizer(DIRECTORY.resolve("tokenizer.json"))) {
            for (int index = 0; index < 1_000; index++) {
                Demonstration shown = Demonstrations.demonstration(1, index);
                String text = shown.question() + shown.said() + shown.output();
                int[] tokens = tokenizer.encode(text);
                assertEquals(text.length(), tokens.length);
                assertEquals(text, tokenizer.decode(tokens));
            }
        }
    }

    @Test
    void shouldLeaveRoomToLearn() {
        List<Problem> problems = IntStream.range(0, PROBLEMS)
                .mapToObj(index -> ArithmeticProblems.problem(Split.HELD_OUT, 1, index))
                .toList();
        List<String> plans =
                speak(Pupil.REASONER, problems.stream().map(Problem::question).toList());
        List<String> answers = speak(
                Pupil.ACTOR,
                IntStream.range(0, PROBLEMS)
                        .mapToObj(i -> problems.get(i).question() + "\nreasoner: " + plans.get(i))
                        .toList());
        int[] team = new int[2];
        int[] careful = new int[2];
        List<String> verdicts = speak(
                Pupil.VERIFIER,
                IntStream.range(0, PROBLEMS)
                        .mapToObj(i -> problems.get(i).question() + "\nreasoner: " + plans.get(i) + "\nactor: "
                                + answers.get(i))
                        .toList());
        int[] verified = new int[2];
        for (int i = 0; i < PROBLEMS; i++) {
            int right = answers.get(i).endsWith("\\boxed{" + problems.get(i).answer() + "}") ? 1 : 0;
            count(team, right);
            count(verified, verdicts.get(i).startsWith("no") == (right == 0) ? 1 : 0);
            if (plans.get(i).startsWith("3 steps: ") && answers.get(i).matches("\\d.*")) {
                count(careful, right);
            }
        }
        assertEquals(0.33, share(team), 0.08, "untuned team");
        assertTrue(share(careful) > 0.8, "complete plan, careful computation: " + share(careful));
        assertEquals(0.69, share(verified), 0.07, "untuned verifier");
    }

    private static List<String> speak(Pupil pupil, List<String> observations) {
        List<GenerationRequest> requests = IntStream.range(0, observations.size())
                .mapToObj(i -> new GenerationRequest(
                        model.prompt(List.of(
                                new ChatMessage("system", pupil.profile()),
                                new ChatMessage("user", observations.get(i)))),
                        Sampling.plain(40),
                        i))
                .toList();
        return model.generate(requests, Adapter.none()).stream()
                .map(Generation::tokens)
                .map(model::text)
                .toList();
    }

    private static void count(int[] rightOfAll, int right) {
        rightOfAll[0] += right;
        rightOfAll[1]++;
    }

    private static double share(int[] rightOfAll) {
        return rightOfAll[0] / (double) rightOfAll[1];
    }
}
