package io.marft.cli.settings;

import java.util.regex.Pattern;

/** Keeps secrets out of what is printed. Errs on the side of hiding. */
final class Secrets {

    private static final String HIDDEN = "***";

    /** Parts of the names of clients' properties that hold a secret, or may. */
    private static final Pattern NAMES = Pattern.compile(
            "(?i).*(password|passphrase|secret|token|jaas|user\\.info|credential|assertion|private|\\.key$).*");

    private static final Pattern USER_INFO = Pattern.compile("(\\w+://)[^/@\\s]*@");

    private Secrets() {}

    /** A client's property, hidden if its name tells of a secret. */
    static String property(String name, String value) {
        return NAMES.matcher(name).matches() ? HIDDEN : url(value);
    }

    /** A value without the name and password that a URL may carry. */
    static String url(String value) {
        return USER_INFO.matcher(value).replaceAll("$1" + HIDDEN + "@");
    }
}
