package io.marft.cli.settings;

/**
 * One thing that a user can set.
 *
 * @param key its place in a settings file: sections and name, joined by dots
 * @param option the command line's option for it
 * @param variable the environment's variable for it; empty if it has none
 * @param rule which texts it takes
 * @param fallback what is in force where nobody gave one
 * @param doc what it sets, in a sentence or two
 */
public record Setting(String key, String option, String variable, Rule rule, Fallback fallback, String doc) {

    /** Checks a text; a blank one stands for none. */
    boolean takes(String text) {
        return text.isBlank() || rule.holds().test(text.strip());
    }

    /** What is wrong with a text that this setting does not take, in one line. */
    String refusal(String place, String text) {
        return place + " must be " + rule.words() + ", got: '" + text + "'";
    }

    /** The text of {@code --help}. */
    String help() {
        return doc + " Default: " + fallback.words() + ".";
    }

    /** The other ways to give it, for {@code --help}. */
    String ways() {
        return "[" + (variable.isEmpty() ? key : variable + ", " + key) + "]";
    }
}
