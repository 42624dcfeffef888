package io.marft.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second stack out of a data directory. The operating system gives the lock back when its process ends, however
 * it ends.
 */
final class DirectoryLock implements AutoCloseable {

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the directory, which is created if it is not there.
     *
     * @throws StackException if another stack has it, or it cannot be written
     */
    static DirectoryLock take(Path directory) {
        try {
            Files.createDirectories(directory);
            FileChannel channel = open(directory);
            if (!locked(channel)) {
                channel.close();
                throw new StackException("data directory " + directory
                        + " is used by a running stack: stop that one, or name another with --data-dir");
            }
            return new DirectoryLock(channel);
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

    private static FileChannel open(Path directory) throws IOException {
        return FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // This very process has it.
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StackException("lock cannot be given back: " + e.getMessage(), e);
        }
    }
}
