package io.marft.cli.settings;

/**
 * A setting's text and where it came from.
 *
 * @param text empty for none
 * @param origin the kind of source
 * @param place the option, the variable, or the file with its line; empty for a default
 */
record Given(String text, Origin origin, String place) {

    /** The kinds of sources, the strongest first. */
    enum Origin {
        COMMAND_LINE,
        ENVIRONMENT,
        FILE,
        DEFAULT
    }

    /** What nobody gave. */
    static Given fallback(Setting setting) {
        return new Given(setting.fallback().text(), Origin.DEFAULT, "");
    }

    /** The source, for a person. */
    String from() {
        return origin == Origin.DEFAULT ? "default" : place;
    }
}
