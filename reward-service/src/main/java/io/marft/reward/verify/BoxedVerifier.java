package io.marft.reward.verify;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * Judges the content of the last complete {@code \boxed{…}} of an answer: 1 if it is the reference, else 0.
 *
 * <p>Where both are numbers they are compared as numbers, so {@code 1,234.0} is {@code 1234}; anything else must be equal
 * once {@linkplain Notation#plain typesetting} is taken off. No box, no reward: a right number in the running text
 * counts for nothing.
 */
public final class BoxedVerifier implements Verifier {

    private static final String BOX = "\\boxed{";

    @Override
    public String name() {
        return "boxed";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public double verdict(String answer, String reference) {
        return boxed(answer).filter(content -> same(content, reference)).isPresent() ? 1 : 0;
    }

    /** The content of the last box whose braces balance; a box that was cut off does not count. */
    public static Optional<String> boxed(String text) {
        for (int box = text.lastIndexOf(BOX); box >= 0; box = text.lastIndexOf(BOX, box - 1)) {
            int start = box + BOX.length();
            int end = closing(text, start);
            if (end >= 0) {
                return Optional.of(text.substring(start, end));
            }
        }
        return Optional.empty();
    }

    /** The place of the brace that closes a group whose content starts at {@code start}; -1 if none does. */
    private static int closing(String text, int start) {
        int depth = 1;
        for (int i = start; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '\\' -> i++; // \{ and \} are characters, not groups
                case '{' -> depth++;
                case '}' -> {
                    if (--depth == 0) {
                        return i;
                    }
                }
                default -> {}
            }
        }
        return -1;
    }

    private static boolean same(String content, String reference) {
        Optional<BigDecimal> given = Notation.number(content);
        Optional<BigDecimal> right = Notation.number(reference);
        if (given.isPresent() && right.isPresent()) {
            return given.get().compareTo(right.get()) == 0;
        }
        String plain = Notation.plain(content);
        return !plain.isEmpty() && plain.equals(Notation.plain(reference));
    }
}
