package io.marft.streaming.life;

/**
 * What an error of the cluster or the schema registry means for the service that meets it. Each error is one of five
 * kinds, and {@link #of} alone says which, so that all services do the same about the same error.
 */
public sealed interface Trouble {

    /** Whose place another process has taken. */
    enum Place {
        /** The producer's, under its transactional id. A new producer can go on, if its service may. */
        PRODUCER,
        /** The process's, under its name in a consumer group. The other process goes on; this one cannot. */
        MEMBER
    }

    /** The error that was met. */
    Throwable error();

    /** Someone must grant a right, or mend a setting of client or cluster, before the same work can succeed. */
    record Refused(Throwable error) implements Trouble {}

    /** The same work may succeed later, with nobody's help. A transaction that it stopped can be aborted. */
    record Passing(Throwable error) implements Trouble {}

    /**
     * Another process took this one's place, or the broker gave it up: it aborted a transaction that was open for too
     * long, or forgot an id that was not used for days.
     */
    record Fenced(Throwable error, Place place) implements Trouble {}

    /**
     * What was read is no longer this process's: its partitions passed to others, or the log no longer holds its offset.
     * The process drops what it has in hand, and reads again from where its group stands.
     */
    record Lost(Throwable error) implements Trouble {}

    /** A fault of the program or its set-up. */
    record Broken(Throwable error) implements Trouble {}

    /**
     * The trouble that an error stands for. An error and its causes count alike, because clients wrap one in the other in
     * many ways; where they differ, the gravest counts.
     */
    static Trouble of(Throwable error) {
        for (TroubleKind kind : TroubleKind.ALL) {
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                if (kind.covers(cause)) {
                    return kind.trouble().apply(error);
                }
            }
        }
        return new Broken(error);
    }

    /** Whether an error says that a topic's own settings do not take a record. */
    static boolean isOfRecordLimits(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (TroubleKind.ofRecordLimits(cause)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the service must stop: nothing that it could do by itself would help. */
    default boolean stops() {
        return this instanceof Refused
                || this instanceof Broken
                || (this instanceof Fenced fenced && fenced.place() == Place.MEMBER);
    }

    /** The error as one to throw: itself where it is unchecked. */
    default RuntimeException toThrow() {
        if (error() instanceof Error fatal) {
            throw fatal;
        }
        return error() instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(error());
    }
}
