package io.marft.policy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.PromptTooLongException;
import io.marft.policy.generate.Sampling;
import io.marft.policy.token.ChatMessage;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import io.marft.policy.train.TrainingPass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguageModelTest {

    private static final LoraConfig ALL =
            new LoraConfig(3, 6, List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"));

    @TempDir
    static Path directory;

    private static LanguageModel model;
    private static Adapter adapter;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 1), 2);
        adapter = random(ALL, 7);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void shouldRenderTheChatTemplateAndLeaveSpecialTokensOutOfText() {
        int[] prompt =
                model.prompt(List.of(new ChatMessage("system", "Plan."), new ChatMessage("user", "a {{ 1 }}\nb")));

        assertEquals(2, prompt[0]);
        assertEquals(4, prompt[prompt.length - 1]);
        assertEquals("Plan.a {{ 1 }}\nb", model.text(prompt));
    }

    @Test
    void shouldScoreTheSameLogProbabilitiesAsItSampled() {
        List<GenerationRequest> requests = requests(6, Sampling.plain(20));
        List<Generation> generations = model.generate(requests, adapter);

        List<Score> scores = model.score(sequences(requests, generations), adapter, 1);

        for (int i = 0; i < requests.size(); i++) {
            assertArrayEquals(generations.get(i).logProbs(), scores.get(i).logProbs(), 1e-4f);
            assertEquals(32, scores.get(i).hidden()[0].length);
        }
    }

    @Test
    void shouldGiveTheSameTokensWhateverElseIsInTheBatch() {
        List<GenerationRequest> requests = requests(6, new Sampling(0.8f, 20, 0.9f, 20));
        List<Generation> together = model.generate(requests, adapter);

        for (int i = 0; i < requests.size(); i++) {
            Generation alone = model.generate(List.of(requests.get(i)), adapter).get(0);
            assertArrayEquals(alone.tokens(), together.get(i).tokens());
            assertArrayEquals(alone.logProbs(), together.get(i).logProbs(), 1e-4f);
            assertEquals(alone.ended(), together.get(i).ended());
        }
    }

    @Test
    void shouldEndWithTheEndTokenOrAtTheLimitAndSayWhich() {
        List<GenerationRequest> requests = requests(40, Sampling.plain(25));

        for (Generation generation : model.generate(requests, Adapter.none())) {
            int[] tokens = generation.tokens();
            boolean ended = tokens[tokens.length - 1] == TinyModels.END;
            assertEquals(ended, generation.ended());
            assertTrue(ended || tokens.length == 25);
            assertEquals(tokens.length, generation.logProbs().length);
        }
    }

    @Test
    void shouldTakeTheMostProbableTokenWithCertaintyWhenGreedy() {
        int[] prompt = {2, 30, 31, 4};
        Generation greedy = model.generate(List.of(new GenerationRequest(prompt, Sampling.greedy(15), 1)), adapter)
                .get(0);

        assertArrayEquals(new float[greedy.tokens().length], greedy.logProbs());
        int[] context = prompt;
        for (int token : greedy.tokens()) {
            assertEquals(mostProbable(context), token);
            context = append(context, token);
        }
    }

    @Test
    void shouldDifferentiateLogProbabilitiesAndEntropiesByEveryMatrix() {
        List<GenerationRequest> requests = requests(5, Sampling.plain(12));
        List<Sequence> sequences = sequences(requests, model.generate(requests, adapter));
        float[][] byLogProb = new float[5][];
        float[][] byEntropy = new float[5][];
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 5; i++) {
            byLogProb[i] = uniform(sequences.get(i).action().length, random);
            byEntropy[i] = uniform(sequences.get(i).action().length, random);
        }

        Adapter gradient;
        try (TrainingPass pass = model.train(sequences, adapter, 0.7f)) {
            gradient = pass.gradient(byLogProb, byEntropy);
        }

        List<String> names = List.copyOf(adapter.tensors().keySet());
        for (int tensor = 0; tensor < names.size(); tensor++) {
            float[] analytic = gradient.tensors().get(names.get(tensor)).values();
            int index = random.nextInt(analytic.length);
            double up = loss(sequences, shifted(tensor, index, 1e-2f), byLogProb, byEntropy);
            double down = loss(sequences, shifted(tensor, index, -1e-2f), byLogProb, byEntropy);
            double numeric = (up - down) / 2e-2;
            assertEquals(numeric, analytic[index], 2e-3 + 2e-2 * Math.abs(numeric), names.get(tensor));
        }
    }

    @Test
    void shouldGiveTheSameTokensAndBitsAgainWhileOtherThreadsUseIt() {
        List<GenerationRequest> requests = requests(6, Sampling.plain(20));
        List<Sequence> sequences = sequences(requests, model.generate(requests, adapter));
        String once = work(requests, sequences);

        List<String> again = IntStream.range(0, 24)
                .parallel()
                .mapToObj(i -> work(requests, sequences))
                .distinct()
                .toList();

        assertEquals(List.of(once), again);
    }

    @Test
    void shouldRefuseWhatDoesNotFitTheContextInOneLine() {
        GenerationRequest request = new GenerationRequest(new int[100], Sampling.plain(29), 1);

        Exception thrown =
                assertThrows(PromptTooLongException.class, () -> model.generate(List.of(request), Adapter.none()));

        assertEquals(
                "Prompt of 100 tokens and 29 new ones exceed the model's context of 128: shorten the prompt or maxNewTokens",
                thrown.getMessage());
    }

    /** Generates, scores and differentiates; the tokens drawn, and log-probabilities and gradient to the last bit. */
    private static String work(List<GenerationRequest> requests, List<Sequence> sequences) {
        StringBuilder text = new StringBuilder();
        model.generate(requests, adapter).forEach(drawn -> text.append(Arrays.toString(drawn.tokens())));
        model.score(sequences, adapter, 1).forEach(score -> text.append(Arrays.toString(score.logProbs())));
        try (TrainingPass pass = model.train(sequences, adapter, 1)) {
            return text.append(pass.gradient(pass.logProbs(), pass.entropies()).digest())
                    .toString();
        }
    }

    /** An adapter whose values are all random, so that B is not zero. */
    static Adapter random(LoraConfig config, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Adapter initial = Adapter.initial(config, TinyModels.config(), seed);
        return initial.withValues(initial.tensors().values().stream()
                .map(tensor -> {
                    float[] values = uniform(tensor.values().length, random);
                    for (int i = 0; i < values.length; i++) {
                        values[i] *= 0.2f;
                    }
                    return values;
                })
                .toList());
    }

    private static List<GenerationRequest> requests(int count, Sampling sampling) {
        SplittableRandom random = new SplittableRandom(11);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] prompt = random.ints(3 + random.nextInt(30), 5, 100).toArray();
            requests.add(new GenerationRequest(prompt, sampling, i));
        }
        return requests;
    }

    private static List<Sequence> sequences(List<GenerationRequest> requests, List<Generation> generations) {
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            sequences.add(
                    new Sequence(requests.get(i).prompt(), generations.get(i).tokens()));
        }
        return sequences;
    }

    /** Finds the most probable token by scoring every token as a continuation, without cache and without sampling. */
    private static int mostProbable(int[] context) {
        List<Sequence> candidates = new ArrayList<>();
        for (int token = 0; token < model.config().vocabSize(); token++) {
            candidates.add(new Sequence(context, new int[] {token}));
        }
        List<Score> scores = model.score(candidates, adapter, 1);
        int best = 0;
        for (int token = 0; token < scores.size(); token++) {
            if (scores.get(token).logProbs()[0] > scores.get(best).logProbs()[0]) {
                best = token;
            }
        }
        return best;
    }

    private static double loss(List<Sequence> sequences, Adapter changed, float[][] byLogProb, float[][] byEntropy) {
        List<Score> scores = model.score(sequences, changed, 0.7f);
        double loss = 0;
        for (int i = 0; i < scores.size(); i++) {
            for (int t = 0; t < byLogProb[i].length; t++) {
                loss += (double) byLogProb[i][t] * scores.get(i).logProbs()[t];
                loss += (double) byEntropy[i][t] * scores.get(i).entropies()[t];
            }
        }
        return loss;
    }

    private static Adapter shifted(int tensor, int index, float by) {
        List<float[]> values = new ArrayList<>();
        adapter.tensors().values().forEach(t -> values.add(t.values().clone()));
        values.get(tensor)[index] += by;
        return adapter.withValues(values);
    }

    private static float[] uniform(int length, SplittableRandom random) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        return values;
    }

    private static int[] append(int[] tokens, int token) {
        int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
        longer[tokens.length] = token;
        return longer;
    }
}
