package io.marft.streaming.life;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The name of a process among those of the same service. The process is a static member of its consumer groups under it,
 * and has it in its transactional ids. A process that restarts after a crash therefore takes its own place back at once, and
 * aborts what it left unfinished. Two processes must never have one name: the later would throw the earlier out.
 *
 * <p>A name that nobody chose comes from a file in the state directory, {@code instances/SERVICE-N}. Each process takes
 * the first such file that no other process has locked, and draws a name into it if it is new. So two processes have two
 * names wherever they run, and a process that restarts finds its own. The operating system releases the lock when the
 * process ends, however it ends.
 */
public final class InstanceName implements AutoCloseable {

    private static final int MOST_PROCESSES = 1000;
    private static final int LENGTH = 8;
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{" + LENGTH + "}");

    private final String name;
    private final LockedFile locked;

    private InstanceName(String name, LockedFile locked) {
        this.name = name;
        this.locked = locked;
    }

    /**
     * Takes a name that no other process has, until this object is closed.
     *
     * @param stateDirectory where the files lie; created if it is not there
     * @param service the service's name
     * @throws UncheckedIOException if the directory cannot be written
     */
    public static InstanceName claim(Path stateDirectory, String service) {
        Path directory = stateDirectory.resolve("instances");
        try {
            Files.createDirectories(directory);
            for (int i = 0; i < MOST_PROCESSES; i++) {
                Optional<LockedFile> file = LockedFile.take(directory.resolve(service + "-" + i));
                if (file.isPresent()) {
                    return new InstanceName(known(file.get().channel()), file.get());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "state directory " + stateDirectory + " cannot be written (" + e + "): name another with"
                            + " --state-dir, or give this process a name of its own with --instance",
                    e);
        }
        throw new IllegalStateException("more than " + MOST_PROCESSES + " processes of service " + service
                + " share state directory " + stateDirectory);
    }

    /** The name in the file, or a new one if there is none or a crash left only a part of it. */
    private static String known(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        file.read(bytes, 0);
        String name = new String(bytes.array(), StandardCharsets.US_ASCII);
        if (!NAME.matcher(name).matches()) {
            name = UUID.randomUUID().toString().substring(0, LENGTH);
            file.write(ByteBuffer.wrap(name.getBytes(StandardCharsets.US_ASCII)), 0);
        }
        return name;
    }

    /** An error as the operator is to read it: another process of the same name throws this one out of its group. */
    static Throwable explain(String service, String name, Throwable error) {
        return Trouble.of(error) instanceof Trouble.Fenced fenced && fenced.place() == Trouble.Place.MEMBER
                ? new IllegalStateException(
                        "another process of service " + service + " took this one's name '" + name
                                + "': give each its own with --instance (MARFT_INSTANCE), or none",
                        error)
                : error;
    }

    /** The name: 8 hexadecimal digits. */
    public String name() {
        return name;
    }

    /** Releases the name for another process. */
    @Override
    public void close() {
        try {
            locked.close();
        } catch (IOException e) {
            throw new UncheckedIOException("name '" + name + "' cannot be given back: " + e.getMessage(), e);
        }
    }
}
