package io.marft.reward.verify;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what mathematicians typeset: strips an expression of LaTeX's decoration, and reads numbers. */
final class Notation {

    /** Text around a value, such as a unit: {@code \text{ apples}}. */
    private static final Pattern TEXT =
            Pattern.compile("\\\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox)\\{([^{}]*)}");
    /** Spaces, dollars, sizes of brackets, and the braces of {@code 1{,}234}. */
    private static final Pattern SPACES = Pattern.compile("\\\\[,;:! ]|\\\\q?quad(?![a-zA-Z])|~|\\s");

    private static final Pattern IDLE_SPACE = Pattern.compile("(?<!\\w) | (?!\\w)");
    private static final Pattern SIZES = Pattern.compile("\\\\(?:left|right)(?![a-zA-Z])");
    private static final Pattern NUMBER =
            Pattern.compile("([+-]?) ?(\\d{1,3}(?:,\\d{3})+|\\d{1,3}(?: \\d{3})+|\\d+|(?=\\.\\d))(?:\\.(\\d*))?");
    /** Longest number, in characters, that is read as one; beyond it equality of texts decides, at no great cost. */
    private static final int MAX_NUMBER = 1000;

    private Notation() {}

    /** The expression without typesetting and without any space, but for one between two words or numbers. */
    static String plain(String expression) {
        return IDLE_SPACE.matcher(spaced(expression)).replaceAll("");
    }

    /** The number that an expression is, if it is one: {@code -$1,234.50 \text{ dollars}} is -1234.5. */
    static Optional<BigDecimal> number(String expression) {
        String text = spaced(expression);
        Matcher matcher = NUMBER.matcher(text);
        if (text.length() > MAX_NUMBER || !matcher.matches()) {
            return Optional.empty();
        }
        String whole = matcher.group(2).replace(",", "").replace(" ", "");
        String fraction = matcher.group(3) == null ? "" : matcher.group(3);
        String sign = matcher.group(1).equals("-") ? "-" : "";
        return Optional.of(new BigDecimal(sign + (whole.isEmpty() ? "0" : whole) + "." + fraction + "0"));
    }

    /** The expression without typesetting; every run of spaces that is left is a single one. */
    private static String spaced(String expression) {
        String bare = SIZES.matcher(expression).replaceAll("");
        bare = bare.replace("\\$", "").replace("$", "").replace("{,}", ",");
        bare = bare.replace('\u2212', '-').replace("dfrac", "frac").replace("tfrac", "frac");
        String valueOnly = TEXT.matcher(bare).replaceAll(" ");
        String kept = SPACES.matcher(valueOnly).replaceAll(" ").isBlank()
                ? TEXT.matcher(bare).replaceAll("$1")
                : valueOnly;
        return SPACES.matcher(kept).replaceAll(" ").replaceAll(" +", " ").strip();
    }
}
