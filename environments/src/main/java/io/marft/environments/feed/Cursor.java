package io.marft.environments.feed;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an environment stands in its stream of exercises. It is kept as the metadata of a committed consumer offset, so
 * that it moves in the same transaction that publishes the exercises before it.
 *
 * @param next index of the first exercise that has not been published
 */
record Cursor(long next) {

    private static final Pattern METADATA = Pattern.compile("next=(\\d{1,18})");

    static final Cursor START = new Cursor(0);

    Cursor plus(int published) {
        return new Cursor(next + published);
    }

    String metadata() {
        return "next=" + next;
    }

    /** @throws IllegalStateException if the text is not what {@link #metadata} writes */
    static Cursor parse(String metadata) {
        Matcher matcher = METADATA.matcher(metadata);
        if (!matcher.matches()) {
            throw new IllegalStateException("environment's cursor must read next=<number>, got: '" + metadata
                    + "'; another program committed offsets of its group");
        }
        return new Cursor(Long.parseLong(matcher.group(1)));
    }
}
