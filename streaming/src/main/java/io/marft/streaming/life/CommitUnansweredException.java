package io.marft.streaming.life;

/** A service stopped before it knew whether its last transaction was committed. The next start finds that out. */
public final class CommitUnansweredException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    CommitUnansweredException(Throwable cause) {
        super("stopped before the cluster answered a commit: the next start finds it either whole or absent", cause);
    }
}
