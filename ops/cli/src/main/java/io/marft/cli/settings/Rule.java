package io.marft.cli.settings;

import io.marft.schemas.team.Spans;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which texts a setting takes.
 *
 * @param words the rule, as it follows "must be"
 * @param holds whether a text keeps to it
 */
public record Rule(String words, Predicate<String> holds) {

    static Rule text(String words) {
        return new Rule(words, text -> true);
    }

    /** Whole numbers from {@code least} on, as far as a Java int goes. */
    static Rule whole(int least) {
        return new Rule("a whole number, at least " + least, text -> within(text, least, Integer.MAX_VALUE));
    }

    static Rule whole(int least, int most) {
        return new Rule("a whole number from " + least + " to " + most, text -> within(text, least, most));
    }

    /** Any whole number that a Java long holds. */
    static Rule seed() {
        return new Rule("a whole number", text -> within(text, Long.MIN_VALUE, Long.MAX_VALUE));
    }

    private static boolean within(String text, long least, long most) {
        if (!text.matches("[+-]?\\d{1,19}")) {
            return false;
        }
        BigInteger number = new BigInteger(text);
        return number.compareTo(BigInteger.valueOf(least)) >= 0 && number.compareTo(BigInteger.valueOf(most)) <= 0;
    }

    static Rule notNegative() {
        return new Rule("a number, at least 0", text -> {
            try {
                return new BigDecimal(text).signum() >= 0;
            } catch (NumberFormatException e) {
                return false;
            }
        });
    }

    /** A span of time with its unit. */
    static Rule span(Duration least, Duration most) {
        return new Rule(
                "a time from " + Spans.text(least) + " to " + Spans.text(most) + ", such as 500ms, 90s or 5m", text -> {
                    Optional<Duration> span = Spans.parse(text);
                    return span.isPresent()
                            && span.get().compareTo(least) >= 0
                            && span.get().compareTo(most) <= 0;
                });
    }

    /** One of some words, in any case. */
    static Rule oneOf(String... words) {
        List<String> all = Arrays.asList(words);
        return new Rule(
                "one of " + String.join(", ", all), text -> all.stream().anyMatch(word -> word.equalsIgnoreCase(text)));
    }

    static Rule matching(String regex, String words) {
        Pattern pattern = Pattern.compile(regex);
        return new Rule(words, text -> pattern.matcher(text).matches());
    }
}
