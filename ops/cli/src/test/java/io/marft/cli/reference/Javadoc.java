package io.marft.cli.reference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what a record's Javadoc says of its components, from the source. */
final class Javadoc {

    private final Path root;

    /** @param root the checkout */
    Javadoc(Path root) {
        this.root = root;
    }

    /** What the record's Javadoc says of a component, on one line and without tags. */
    String component(Class<?> record, String component) {
        String comment = comment(record);
        Matcher param = Pattern.compile("@param " + component + "\\s+(.*?)(?=@|$)", Pattern.DOTALL)
                .matcher(plain(comment));
        if (!param.find()) {
            throw new AssertionError("the Javadoc of " + record.getName() + " has no @param " + component);
        }
        return param.group(1).strip().replaceAll("\\s+", " ");
    }

    /** Code in Markdown's way, and constants as a file names them. */
    private static String plain(String comment) {
        return Pattern.compile("\\{@(?:code|link|linkplain) (?:\\w*#(\\w+)|([^}]*))}")
                .matcher(comment)
                .replaceAll(tag -> "`"
                        + (tag.group(1) == null
                                ? tag.group(2)
                                : tag.group(1).toLowerCase(Locale.ROOT).replace('_', '-'))
                        + "`");
    }

    private String comment(Class<?> record) {
        Matcher matcher = Pattern.compile(
                        "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public record " + record.getSimpleName() + "\\(",
                        Pattern.DOTALL)
                .matcher(source(record));
        if (!matcher.find()) {
            throw new AssertionError(record.getName() + " has no Javadoc");
        }
        return matcher.group(1).replaceAll("(?m)^\\s*\\* ?", "");
    }

    private String source(Class<?> type) {
        Path within = Path.of("src", "main", "java").resolve(type.getName().replace('.', '/') + ".java");
        try (Stream<Path> modules = Files.list(root)) {
            return Files.readString(modules.map(module -> module.resolve(within))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no module has " + within)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
