package io.marft.cli.letters;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A dead letter's own place in its topic, written {@code PARTITION@OFFSET}, such as 0@17. */
record LetterPlace(int partition, long offset) implements Comparable<LetterPlace> {

    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9})@(\\d{1,18})");

    @Override
    public int compareTo(LetterPlace other) {
        return partition == other.partition
                ? Long.compare(offset, other.offset)
                : Integer.compare(partition, other.partition);
    }

    @Override
    public String toString() {
        return partition + "@" + offset;
    }

    /** Reads places from the command line. */
    static final class Converter implements ITypeConverter<LetterPlace> {

        @Override
        public LetterPlace convert(String text) {
            Matcher matcher = WRITTEN.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException("'" + text
                        + "' is no place of a dead letter: PARTITION@OFFSET, as `marft dead-letters list` prints it");
            }
            return new LetterPlace(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
        }
    }
}
