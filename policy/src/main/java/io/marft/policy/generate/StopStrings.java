package io.marft.policy.generate;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Tells whether the last token of an output completed one of some strings.
 *
 * <p>Only the last tokens are decoded: a token stands for at least one byte, so as many tokens as the longest string has bytes
 * are enough, and a few more.
 *
 * @param strings any of which ends an output
 * @param decoder turns token ids into text
 */
public record StopStrings(List<String> strings, Function<int[], String> decoder) implements Predicate<int[]> {

    /** How many more tokens are decoded: special tokens, which have no text, may stand between. */
    private static final int SPARE = 8;

    @Override
    public boolean test(int[] output) {
        int longest = strings.stream()
                .mapToInt(string -> string.getBytes(StandardCharsets.UTF_8).length)
                .max()
                .orElse(0);
        int from = Math.max(0, output.length - longest - SPARE);
        String text = decoder.apply(Arrays.copyOfRange(output, from, output.length));
        return strings.stream().anyMatch(text::contains);
    }
}
