package io.marft.cli.process;

import io.marft.schemas.wire.RegistryRefusedException;
import io.marft.streaming.life.Trouble;
import io.marft.streaming.provision.CatalogueException;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;

/** Says in one line what went wrong. The stack trace goes to the log. */
public final class Failures {

    /** Exceptions that say nothing beside what their cause says. */
    private static final Set<String> WRAPPERS =
            Set.of("ExecutionException", "CompletionException", "UncheckedIOException", "StreamsException");

    private Failures() {}

    /** As {@link #line}, but a line for each topic, where several contradict the catalogue. */
    public static List<String> lines(Throwable error) {
        return error instanceof CatalogueException catalogue && catalogue.contradicts()
                ? catalogue.getMessage().lines().toList()
                : List.of(line(error));
    }

    public static String line(Throwable error) {
        Throwable telling = error;
        while (telling.getCause() != null
                && (telling.getMessage() == null
                        || WRAPPERS.contains(telling.getClass().getSimpleName()))) {
            telling = telling.getCause();
        }
        if (!(Trouble.of(error) instanceof Trouble.Refused)) {
            return telling instanceof KafkaException ? withCauses(telling) : text(telling);
        }
        String message = withCauses(telling);
        return message + mend(error, message);
    }

    /** Kafka's own exceptions tell their reason in the causes, such as a trust store that cannot be opened. */
    private static String withCauses(Throwable telling) {
        StringBuilder message = new StringBuilder(text(telling));
        Throwable cause = telling;
        while (cause.getCause() != null && !(cause instanceof RegistryRefusedException)) {
            cause = cause.getCause();
            String more = text(cause);
            if (message.indexOf(more) < 0) {
                message.append(": ").append(more);
            }
        }
        return message.toString();
    }

    private static String text(Throwable error) {
        String message = error.getMessage();
        return message == null
                ? error.getClass().getSimpleName()
                : message.strip().replaceAll("\\s*\\R\\s*", "; ").replaceAll("(\\w+\\.)+\\w+Exception: ", "");
    }

    private static String mend(Throwable error, String message) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryRefusedException) {
                return "";
            }
            if (cause instanceof AuthenticationException) {
                return once(message, "; check the security settings of --client-config");
            }
            if (cause instanceof AuthorizationException) {
                return once(message, "; `marft topics acls` prints the rights that each service needs");
            }
        }
        return "";
    }

    private static String once(String message, String mend) {
        return message.contains(mend) ? "" : mend;
    }
}
