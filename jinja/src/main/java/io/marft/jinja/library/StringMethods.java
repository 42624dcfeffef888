package io.marft.jinja.library;

import io.marft.jinja.value.Arguments;
import io.marft.jinja.value.None;
import io.marft.jinja.value.Sequences;
import io.marft.jinja.value.TemplateException;
import io.marft.jinja.value.Tuple;
import io.marft.jinja.value.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.IntPredicate;

/** The methods of Python's {@code str}. */
final class StringMethods {

    /** The names of all methods of Python's {@code str}; some are refused when they are called. */
    static final Set<String> NAMES = Set.of(
            ("capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii"
                            + " isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust"
                            + " lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition"
                            + " rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill")
                    .split(" "));

    private StringMethods() {}

    static Object call(String text, String name, Arguments arguments) {
        return switch (name) {
            case "upper" -> noArguments(name, arguments, text.toUpperCase(Locale.ROOT));
            case "lower" -> noArguments(name, arguments, text.toLowerCase(Locale.ROOT));
            case "title" -> noArguments(name, arguments, title(text));
            case "capitalize" -> noArguments(name, arguments, capitalised(text));
            case "strip", "lstrip", "rstrip" -> stripped(text, name, arguments);
            case "split", "rsplit" -> {
                Object[] given = arguments.bind(name, 0, "sep", "maxsplit");
                int most = given[1] == null ? -1 : Types.index(given[1]);
                yield Splitting.split(text, given[0] == None.NONE ? null : given[0], most, name.equals("rsplit"));
            }
            case "splitlines" -> {
                Object[] given = arguments.bind(name, 0, "keepends");
                yield Splitting.lines(text, given[0] != null && Types.truth(given[0]));
            }
            case "partition", "rpartition" -> {
                String separator = Types.string(arguments.bind(name, 1, "sep")[0]);
                yield Splitting.partition(text, separator, name.equals("rpartition"));
            }
            case "replace" -> {
                Object[] given = arguments.bind(name, 2, "old", "new", "count");
                yield replaced(
                        text,
                        Types.string(given[0]),
                        Types.string(given[1]),
                        given[2] == null ? -1 : Types.index(given[2]));
            }
            case "startswith", "endswith" -> affixed(text, name, arguments.bind(name, 1, "affix")[0]);
            case "removeprefix" -> {
                String prefix = Types.string(arguments.bind(name, 1, "prefix")[0]);
                yield text.startsWith(prefix) ? text.substring(prefix.length()) : text;
            }
            case "removesuffix" -> {
                String suffix = Types.string(arguments.bind(name, 1, "suffix")[0]);
                yield text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
            }
            case "find", "rfind" -> {
                String part = Types.string(arguments.bind(name, 1, "sub")[0]);
                int place = name.equals("find") ? text.indexOf(part) : text.lastIndexOf(part);
                yield place < 0 ? -1L : text.codePointCount(0, place);
            }
            case "count" -> {
                String part = Types.string(arguments.bind(name, 1, "sub")[0]);
                yield part.isEmpty()
                        ? Sequences.length(text) + 1
                        : (long) Splitting.split(text, part, -1, false).size() - 1;
            }
            case "join" -> joined(text, arguments.bind(name, 1, "iterable")[0]);
            case "isspace" -> noArguments(name, arguments, all(text, Whitespace::is));
            case "isalpha" -> noArguments(name, arguments, all(text, Character::isLetter));
            case "isdigit", "isdecimal" -> noArguments(name, arguments, all(text, Character::isDigit));
            case "isupper" -> noArguments(name, arguments, isUpper(text));
            case "islower" -> noArguments(name, arguments, isLower(text));
            default -> throw new TemplateException("the string method '" + name + "' is not supported");
        };
    }

    /** Whether there is a letter with case, and none is other than upper case. */
    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    /** Whether there is a letter with case, and none is other than lower case. */
    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    static String capitalised(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        int rest = Character.charCount(first);
        // The whole text is put in lower case first: a sigma at the end of a word has a form of its own.
        String lower = text.toLowerCase(Locale.ROOT);
        String start = text.substring(0, rest).toLowerCase(Locale.ROOT);
        return titleCase(first) + (lower.startsWith(start) ? lower.substring(start.length()) : text.substring(rest));
    }

    static String replaced(String text, String old, String replacement, int most) {
        if (most < 0) {
            return text.replace(old, replacement);
        }
        if (old.isEmpty()) {
            throw new TemplateException("replace with an empty text to find and a count is not supported");
        }
        StringBuilder result = new StringBuilder();
        int start = 0;
        for (int i = 0; i < most; i++) {
            int found = text.indexOf(old, start);
            if (found < 0) {
                break;
            }
            result.append(text, start, found).append(replacement);
            start = found + old.length();
        }
        return result.append(text.substring(start)).toString();
    }

    private static <T> T noArguments(String name, Arguments arguments, T result) {
        arguments.bind(name, 0);
        return result;
    }

    private static String stripped(String text, String name, Arguments arguments) {
        Object characters = arguments.bind(name, 0, "chars")[0];
        return Whitespace.strip(
                text,
                characters == null || characters == None.NONE ? null : Types.string(characters),
                !name.equals("rstrip"),
                !name.equals("lstrip"));
    }

    private static boolean affixed(String text, String name, Object affix) {
        List<Object> choices = affix instanceof Tuple tuple ? tuple.items() : List.of(affix);
        return choices.stream()
                .map(Types::string)
                .anyMatch(choice -> name.equals("startswith") ? text.startsWith(choice) : text.endsWith(choice));
    }

    private static String joined(String separator, Object items) {
        StringJoiner joiner = new StringJoiner(separator);
        Sequences.items(items).forEach(item -> joiner.add(Types.string(item)));
        return joiner.toString();
    }

    private static boolean all(String text, IntPredicate holds) {
        return !text.isEmpty() && text.codePoints().allMatch(holds);
    }

    private static String title(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        for (int symbol : text.codePoints().toArray()) {
            boolean cased = isCased(symbol);
            if (cased != inWord) {
                words.add(word.toString());
                word.setLength(0);
                inWord = cased;
            }
            word.appendCodePoint(symbol);
        }
        words.add(word.toString());
        StringBuilder title = new StringBuilder();
        words.forEach(part -> title.append(capitalised(part)));
        return title.toString();
    }

    private static boolean isCased(int symbol) {
        return Character.isUpperCase(symbol) || Character.isLowerCase(symbol) || Character.isTitleCase(symbol);
    }

    private static String titleCase(int symbol) {
        String upper = Character.toString(symbol).toUpperCase(Locale.ROOT);
        int first = upper.offsetByCodePoints(0, 1);
        return first == upper.length()
                ? Character.toString(Character.toTitleCase(symbol))
                : upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
    }
}
