package io.marft.policy.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.token.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looking at the last few tokens against looking at the whole output. */
class StopStringsTest {

    private static final List<String> TEXTS = List.of(
            "The answer is 42.\nAnswer: 42\n\nNext question",
            "naïve café — 你好，世界！ 👋🏽 👩‍👩‍👧 done",
            "    indented\n\n\n\tand   spaced   out    text .",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void shouldStopAtTheTokenWithWhichTheWholeTextFirstHoldsTheString(String family) {
        Random random = new Random(1);
        int found = 0;
        try (Tokenizer tokenizer = new Tokenizer(Path.of("src/test/resources/golden", family, "tokenizer.json"))) {
            for (int i = 0; i < 300; i++) {
                String text = TEXTS.get(i % TEXTS.size());
                int[] output = tokenizer.encode(text);
                int from = random.nextInt(text.length());
                List<String> stops = List.of(
                        text.substring(from, Math.min(text.length(), from + 1 + random.nextInt(12))), "nowhere");
                if (stops.get(0).chars().allMatch(c -> !Character.isSurrogate((char) c))) {
                    int whole = first(output, prefix -> tokenizer.decode(prefix).contains(stops.get(0)));

                    assertEquals(whole, first(output, new StopStrings(stops, tokenizer::decode)), stops.get(0));
                    found++;
                }
            }
        }
        assertTrue(found > 200);
    }

    /** The number of tokens at which it first says so. */
    private static int first(int[] output, Predicate<int[]> stops) {
        return IntStream.rangeClosed(1, output.length)
                .filter(count -> stops.test(Arrays.copyOf(output, count)))
                .findFirst()
                .orElseThrow();
    }
}
