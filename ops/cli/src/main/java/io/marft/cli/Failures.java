package io.marft.cli;

import java.util.Set;

/** Says in one line what went wrong. The stack trace goes to the log. */
final class Failures {

    /** Exceptions that say nothing beside what their cause says. */
    private static final Set<String> WRAPPERS =
            Set.of("ExecutionException", "CompletionException", "UncheckedIOException", "StreamsException");

    private Failures() {}

    static String line(Throwable error) {
        Throwable telling = error;
        while (telling.getCause() != null
                && (telling.getMessage() == null
                        || WRAPPERS.contains(telling.getClass().getSimpleName()))) {
            telling = telling.getCause();
        }
        String message = telling.getMessage();
        return message == null
                ? telling.getClass().getSimpleName()
                : message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
