package io.marft.jinja.syntax;

import io.marft.jinja.library.Whitespace;
import io.marft.jinja.syntax.Token.Kind;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens as jinja2's {@code Lexer.tokeniter} does with {@code trim_blocks} and {@code lstrip_blocks}: a
 * newline after a block or comment goes, and so does the white space before one on its line; {@code -} strips further,
 * {@code +} not at all; newlines become {@code \n}, and a last one goes.
 */
final class Lexer {

    private static final Pattern BEGIN = Pattern.compile("\\{\\{[-+]?|\\{%[-+]?|\\{#[-+]?");
    private static final Pattern RAW = Pattern.compile(
            "\\{%[-+]?" + Whitespace.CLASS + "*raw" + Whitespace.CLASS + "*(?:-%\\}" + Whitespace.CLASS + "*|%\\})");
    private static final String BLOCK_SUFFIX = "(?:\\+%\\}|-%\\}" + Whitespace.CLASS + "*|%\\}\\n?)";
    private static final Pattern RAW_END =
            Pattern.compile("\\{%([-+]?)" + Whitespace.CLASS + "*endraw" + Whitespace.CLASS + "*" + BLOCK_SUFFIX);
    private static final Pattern COMMENT_END = Pattern.compile("\\+#\\}|-#\\}" + Whitespace.CLASS + "*|#\\}\\n?");
    private static final Pattern BLOCK_END = Pattern.compile(BLOCK_SUFFIX);
    private static final Pattern PRINT_END = Pattern.compile("-\\}\\}" + Whitespace.CLASS + "*|\\}\\}");
    private static final Pattern FLOAT = Pattern.compile(
            "(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern INTEGER = Pattern.compile("[1-9](?:_?\\d)*|0(?:_?0)*");
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}\\p{M}_]*");
    private static final Pattern STRING = Pattern.compile(
            "'([^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+)'|\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"", Pattern.DOTALL);
    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int place;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = normalised(template);
        Lexer lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        try {
            lexer.run();
        } catch (TemplateException e) {
            throw e.at(lexer.line());
        }
        return lexer.tokens;
    }

    private static String normalised(String text) {
        return text.replace("\r\n", "\n").replace('\r', '\n');
    }

    private void run() {
        boolean lineStarting = true;
        Matcher begin = BEGIN.matcher(source);
        while (begin.find(place)) {
            String opening = begin.group();
            String sign = opening.substring(2);
            String text = source.substring(place, begin.start());
            if (sign.equals("-")) {
                text = Whitespace.stripTrailing(text);
            } else if (sign.isEmpty() && !opening.startsWith("{{")) {
                text = leftStripped(text, lineStarting);
            }
            text(text);
            place = begin.end();
            if (opening.startsWith("{#")) {
                skip(COMMENT_END, "a comment '{#' has no end '#}'");
            } else if (opening.startsWith("{%") && at(RAW, begin.start()) != null) {
                raw(at(RAW, begin.start()).end());
            } else if (opening.startsWith("{%")) {
                inside(Kind.BLOCK_BEGIN, Kind.BLOCK_END, BLOCK_END);
            } else {
                inside(Kind.PRINT_BEGIN, Kind.PRINT_END, PRINT_END);
            }
            lineStarting = source.charAt(place - 1) == '\n';
        }
        text(source.substring(place));
        place = source.length();
        add(Kind.END, "");
    }

    private static String leftStripped(String text, boolean lineStarting) {
        int line = text.lastIndexOf('\n') + 1;
        boolean blank = line < text.length()
                && Whitespace.stripTrailing(text.substring(line)).isEmpty();
        return blank && (line > 0 || lineStarting) ? text.substring(0, line) : text;
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            add(Kind.TEXT, text);
        }
    }

    private void skip(Pattern end, String fault) {
        Matcher matcher = end.matcher(source);
        if (!matcher.find(place)) {
            throw new TemplateException(fault);
        }
        place = matcher.end();
    }

    private void raw(int start) {
        Matcher end = RAW_END.matcher(source);
        if (!end.find(start)) {
            throw new TemplateException("'{% raw %}' has no '{% endraw %}'");
        }
        String text = source.substring(start, end.start());
        if (end.group(1).equals("-")) {
            text = Whitespace.stripTrailing(text);
        } else if (end.group(1).isEmpty()) {
            text = leftStripped(text, source.charAt(start - 1) == '\n');
        }
        text(text);
        place = end.end();
    }

    private void inside(Kind begin, Kind end, Pattern ending) {
        add(begin, "");
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            Matcher matcher = at(ending, place);
            if (open.isEmpty() && matcher != null) {
                add(end, "");
                place = matcher.end();
                return;
            }
            if (place == source.length()) {
                throw new TemplateException("a '{{' or '{%' has no end");
            }
            if (Whitespace.is(source.codePointAt(place))) {
                place++;
            } else if (!take(Kind.FLOAT, FLOAT) && !take(Kind.INTEGER, INTEGER) && !take(Kind.NAME, NAME)) {
                stringOrOperator(open);
            }
        }
    }

    private boolean take(Kind kind, Pattern pattern) {
        Matcher matcher = at(pattern, place);
        if (matcher == null) {
            return false;
        }
        add(kind, kind == Kind.NAME ? matcher.group() : matcher.group().replace("_", ""));
        place = matcher.end();
        return true;
    }

    private void stringOrOperator(Deque<Character> open) {
        Matcher string = at(STRING, place);
        if (string != null) {
            add(Kind.STRING, Escapes.decoded(normalised(string.group(string.group(1) == null ? 2 : 1))));
            place = string.end();
            return;
        }
        Matcher operator = at(OPERATOR, place);
        if (operator == null) {
            throw new TemplateException(
                    "unexpected character " + Text.repr(Character.toString(source.codePointAt(place))));
        }
        char symbol = operator.group().charAt(0);
        if ("([{".indexOf(symbol) >= 0) {
            open.push(symbol);
        } else if (")]}".indexOf(symbol) >= 0
                && (open.isEmpty() || ")]}".indexOf(symbol) != "([{".indexOf(open.pop()))) {
            throw new TemplateException("unexpected '" + symbol + "'");
        }
        add(Kind.OPERATOR, operator.group());
        place = operator.end();
    }

    private Matcher at(Pattern pattern, int start) {
        Matcher matcher = pattern.matcher(source).region(start, source.length()).useTransparentBounds(true);
        return matcher.lookingAt() ? matcher : null;
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line()));
    }

    private int line() {
        return 1
                + (int) source.substring(0, place)
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
    }
}
