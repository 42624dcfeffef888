package io.marft.cli.settings;

import io.marft.cli.process.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The environment's variables that begin with {@code MARFT_}. */
public final class Variables {

    /** Read by the launcher alone. */
    public static final String JAVA_OPTIONS = "MARFT_JAVA_OPTIONS";

    /** Jars with tasks and verifiers of the user's own; read by the launcher alone. */
    public static final String CLASS_PATH = "MARFT_CLASS_PATH";

    /** Clients' properties; and what Kubernetes sets for services whose names begin with marft. */
    private static final Pattern OTHERS =
            Pattern.compile("MARFT_(KAFKA|SCHEMA_REGISTRY)_.+|MARFT_.+_(SERVICE_(HOST|PORT.*)|PORT(_.+)?)");

    private Variables() {}

    /** The variables of the table and of the launcher, sorted. */
    public static Set<String> known() {
        Set<String> known = new TreeSet<>(Set.of(Settings.FILE_VARIABLE, JAVA_OPTIONS, CLASS_PATH));
        Settings.all().stream()
                .map(Setting::variable)
                .filter(variable -> !variable.isEmpty())
                .forEach(known::add);
        return known;
    }

    /** One line for each variable that looks like one of ours and sets nothing. */
    static List<String> unknown(Collection<String> environment) {
        Set<String> known = known();
        List<String> lines = new ArrayList<>();
        for (String variable : environment) {
            if (variable.startsWith("MARFT_")
                    && !known.contains(variable)
                    && !OTHERS.matcher(variable).matches()) {
                lines.add("variable " + variable + " sets nothing" + Nearest.question(variable, known));
            }
        }
        return lines;
    }
}
