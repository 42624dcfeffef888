package io.marft.jinja.library;

/** The characters for which Python's {@code str.isspace} and {@code \s} hold; Java's own sets differ. */
public final class Whitespace {

    /** All white space. */
    static final String ALL = "\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004"
            + "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    /** White space as a character class for regular expressions. */
    public static final String CLASS = "[" + ALL + "]";

    private Whitespace() {}

    public static boolean is(int codePoint) {
        return ALL.indexOf(codePoint) >= 0;
    }

    public static String stripTrailing(String text) {
        return strip(text, ALL, false, true);
    }

    /** A text without leading and trailing white space. */
    static String strip(String text) {
        return strip(text, ALL, true, true);
    }

    /**
     * A text without what {@code str.strip} and its likes take away.
     *
     * @param characters the characters that are taken away; null for white space
     */
    static String strip(String text, String characters, boolean leading, boolean trailing) {
        String going = characters == null ? ALL : characters;
        int start = 0;
        int end = text.length();
        while (leading && start < end && going.indexOf(text.codePointAt(start)) >= 0) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (trailing && start < end && going.indexOf(text.codePointBefore(end)) >= 0) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }
}
