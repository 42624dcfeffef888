package io.marft.policy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.decoder.ModelOptions;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.Sampling;
import io.marft.policy.token.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends an output, on a model that answers with a script and then with one of its two end tokens. */
class StoppingTest {

    private static final String SCRIPT = "Ok 好 end, run!";
    private static final int FIRST_ASKS = 490;
    private static final int SECOND_ASKS = 491;
    private static final int END = 482;
    private static final int OTHER_END = 480;
    private static final boolean ENDED = true;
    private static final boolean AT_ITS_LIMIT = false;

    @TempDir
    static Path directory;

    private static LanguageModel model;
    private static int[] script;

    @BeforeAll
    static void load() {
        try (Tokenizer tokenizer = new Tokenizer(Path.of("src/test/resources/golden/qwen2/tokenizer.json"))) {
            script = tokenizer.encode(SCRIPT);
        }
        assertEquals(script.length, Arrays.stream(script).distinct().count());
        List<int[]> scripts =
                List.of(join(new int[] {FIRST_ASKS}, script, new int[] {END}), new int[] {SECOND_ASKS, OTHER_END});
        model = LanguageModel.load(
                ScriptedModel.write(directory, "qwen2", 496, List.of(END, OTHER_END), scripts),
                ModelOptions.DEFAULT.withThreads(1));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void shouldEndWithWhicheverOfItsEndTokensComes() {
        assertEnds(join(script, new int[] {END}), ENDED, answer(FIRST_ASKS, 100, List.of(), List.of()));
        assertEnds(new int[] {OTHER_END}, ENDED, answer(SECOND_ASKS, 100, List.of(), List.of()));
    }

    @Test
    void shouldEndAtItsLimit() {
        assertEnds(until(3), AT_ITS_LIMIT, answer(FIRST_ASKS, 3, List.of(), List.of()));
        assertEnds(script, AT_ITS_LIMIT, answer(FIRST_ASKS, script.length, List.of(), List.of()));
        int whole = script.length + 1;
        assertEnds(join(script, new int[] {END}), ENDED, answer(FIRST_ASKS, whole, List.of(), List.of()));
    }

    @Test
    void shouldEndWithAStopTokenWhichIsPartOfTheOutput() {
        for (int length = 1; length <= script.length; length++) {
            List<Integer> stop = List.of(495, script[length - 1]);
            assertEnds(until(length), ENDED, answer(FIRST_ASKS, 100, stop, List.of()));
            assertEnds(until(length), ENDED, answer(FIRST_ASKS, length, stop, List.of()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"O", "Ok", "k 好", "好", "好 e", "end, r", "nd", ",", "n", "!", "Ok 好 end, run!"})
    void shouldEndWithTheTokenThatCompletesAStopString(String stop) {
        int length = IntStream.rangeClosed(1, script.length)
                .filter(count -> model.text(until(count)).contains(stop))
                .findFirst()
                .orElseThrow();

        assertEnds(until(length), ENDED, answer(FIRST_ASKS, 100, List.of(), List.of("absent", stop)));
        assertEnds(until(length), ENDED, answer(FIRST_ASKS, length, List.of(), List.of(stop)));
        if (length > 1) {
            int limit = length - 1;
            assertEnds(until(limit), AT_ITS_LIMIT, answer(FIRST_ASKS, limit, List.of(), List.of(stop)));
        }
    }

    @Test
    void shouldNotEndWithinACharacterOfSeveralTokens() {
        int[] bytes = answer(FIRST_ASKS, 100, List.of(), List.of("好")).tokens();

        assertTrue(model.text(bytes).endsWith("好"));
        assertEquals("Ok �", model.text(Arrays.copyOf(bytes, bytes.length - 1)));
    }

    @Test
    void shouldEndEachRequestOfABatchByItsOwnRule() {
        List<GenerationRequest> requests = List.of(
                request(FIRST_ASKS, sampling(100, List.of(), List.of("run"))),
                request(FIRST_ASKS, sampling(2, List.of(), List.of("run"))),
                request(FIRST_ASKS, sampling(100, List.of(script[1]), List.of())),
                request(SECOND_ASKS, sampling(100, List.of(), List.of("run"))));

        List<Generation> answers = model.generate(requests, Adapter.none());

        assertTrue(model.text(answers.get(0).tokens()).endsWith("run"));
        assertEnds(until(2), AT_ITS_LIMIT, answers.get(1));
        assertEnds(until(2), ENDED, answers.get(2));
        assertEnds(new int[] {OTHER_END}, ENDED, answers.get(3));
    }

    private static void assertEnds(int[] tokens, boolean ended, Generation answer) {
        assertArrayEquals(tokens, answer.tokens());
        assertEquals(tokens.length, answer.logProbs().length);
        assertEquals(ended, answer.ended());
    }

    private static Generation answer(int prompt, int limit, List<Integer> stopTokens, List<String> stop) {
        return model.generate(List.of(request(prompt, sampling(limit, stopTokens, stop))), Adapter.none())
                .get(0);
    }

    private static GenerationRequest request(int prompt, Sampling sampling) {
        return new GenerationRequest(new int[] {prompt}, sampling, 1);
    }

    private static Sampling sampling(int limit, List<Integer> stopTokens, List<String> stop) {
        return new Sampling(0, 0, 1, 0, limit, stopTokens, stop);
    }

    private static int[] until(int count) {
        return Arrays.copyOf(script, count);
    }

    private static int[] join(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }
}
