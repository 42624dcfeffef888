package io.marft.cli.process;

import java.util.Collection;
import java.util.Comparator;

/** Finds what someone may have meant. */
public final class Nearest {

    private Nearest() {}

    /**
     * The candidate with the fewest letters to change, put in or take out, as a question; of several the first in the
     * alphabet. Nothing if more than half of the text would change.
     */
    public static String question(String text, Collection<String> candidates) {
        return candidates.stream()
                .filter(one -> distance(text, one) <= text.length() / 2)
                .min(Comparator.<String>comparingInt(one -> distance(text, one)).thenComparing(one -> one))
                .map(one -> ": did you mean '" + one + "'?")
                .orElse("");
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, 1 + Math.min(before[j], row[j - 1]));
            }
            before = row;
        }
        return before[b.length()];
    }
}
