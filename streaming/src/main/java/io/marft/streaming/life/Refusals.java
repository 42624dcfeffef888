package io.marft.streaming.life;

import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;

/** Tells errors that only someone else can mend: a cluster that does not know this client, or does not allow what it does. */
public final class Refusals {

    private Refusals() {}

    /** Whether a refusal is what an error came from. A producer in error wraps it in an exception that looks transient. */
    public static boolean isRefusal(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof AuthenticationException || cause instanceof AuthorizationException) {
                return true;
            }
        }
        return false;
    }
}
