package io.marft.streaming.life;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file that one holder has at a time, on this machine. The operating system gives the lock back when the holder's process
 * ends, however it ends.
 *
 * @param channel open for reading and writing
 */
public record LockedFile(FileChannel channel) implements AutoCloseable {

    /**
     * Takes a file, which is created if it is not there.
     *
     * @return empty if another process has it, or another part of this one
     * @throws IOException if it cannot be written
     */
    public static Optional<LockedFile> take(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (locks(channel)) {
            return Optional.of(new LockedFile(channel));
        }
        channel.close();
        return Optional.empty();
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // Another part of this process holds the lock.
        }
    }

    /** Gives the file back. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
