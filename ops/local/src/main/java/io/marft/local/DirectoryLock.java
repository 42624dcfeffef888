package io.marft.local;

import io.marft.streaming.life.LockedFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps a second stack out of a data directory.
 *
 * @param file the locked file in it
 */
record DirectoryLock(LockedFile file) implements AutoCloseable {

    /**
     * Takes the directory, which is created if it is not there.
     *
     * @throws StackException if another stack has it, or it cannot be written
     */
    static DirectoryLock take(Path directory) {
        try {
            Files.createDirectories(directory);
            return LockedFile.take(directory.resolve("lock"))
                    .map(DirectoryLock::new)
                    .orElseThrow(() -> new StackException("data directory " + directory
                            + " is used by a running stack: stop that one, or name another with --data-dir"));
        } catch (AccessDeniedException e) {
            throw notWritable(directory, "permission denied", e);
        } catch (FileAlreadyExistsException e) {
            throw notWritable(directory, "it is a file", e);
        } catch (IOException e) {
            throw notWritable(directory, e.getMessage(), e);
        }
    }

    private static StackException notWritable(Path directory, String why, IOException e) {
        return new StackException(
                "data directory " + directory + " cannot be written (" + why + "): name another with --data-dir", e);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new StackException("lock cannot be given back: " + e.getMessage(), e);
        }
    }
}
