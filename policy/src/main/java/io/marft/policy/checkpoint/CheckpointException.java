package io.marft.policy.checkpoint;

import java.nio.file.Path;

/** Says that a model's or an adapter's file cannot be used, in one line that names the file and the fault. */
public final class CheckpointException extends RuntimeException {

    /**
     * @param file the file at fault
     * @param fault what is wrong with it
     */
    public CheckpointException(Path file, String fault) {
        super(file + ": " + fault);
    }

    /**
     * @param file the file at fault
     * @param fault what is wrong with it
     * @param cause what was thrown below
     */
    public CheckpointException(Path file, String fault, Throwable cause) {
        super(file + ": " + fault, cause);
    }
}
