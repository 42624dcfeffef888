package io.marft.cli.settings;

/**
 * What is in force where nobody gave a setting.
 *
 * @param text the setting's text; empty where the default is none that could be given
 * @param words the same for a person
 */
public record Fallback(String text, String words) {

    static Fallback value(String text) {
        return new Fallback(text, text);
    }

    /** A default that has no text of its own, such as the bundled team. */
    static Fallback words(String words) {
        return new Fallback("", words);
    }
}
