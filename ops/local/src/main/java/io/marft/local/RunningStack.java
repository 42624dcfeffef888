package io.marft.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.streaming.connect.ClientSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;

/**
 * The addresses of a local stack, as other processes find them in its data directory ({@code stack.json}).
 *
 * @param pid of the stack's process
 * @param started when that process started; tells it from a later one of the same id
 * @param bootstrapServers of the broker
 * @param registryUrl of the schema registry
 * @param prefix of the topics
 */
public record RunningStack(long pid, String started, String bootstrapServers, String registryUrl, String prefix) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of the stack in this process. */
    static RunningStack here(ClientSettings client) {
        ProcessHandle self = ProcessHandle.current();
        return new RunningStack(
                self.pid(), started(self), client.bootstrapServers(), client.registryUrl(), client.prefix());
    }

    /** The stack that runs on a data directory; empty if none does. */
    public static Optional<RunningStack> find(Path dataDirectory) {
        Path file = file(dataDirectory);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file.toFile(), RunningStack.class))
                    .filter(RunningStack::alive);
        } catch (IOException e) {
            throw new StackException(
                    "file " + file + " cannot be read (" + e.getClass().getSimpleName()
                            + "): delete it if no stack runs on the directory",
                    e);
        }
    }

    /**
     * The stack that runs on a data directory.
     *
     * @throws StackException if none does
     */
    public static RunningStack require(Path dataDirectory) {
        return find(dataDirectory)
                .orElseThrow(() -> new StackException("no stack runs on data directory " + dataDirectory
                        + ": start one with `marft up` or `marft demo`, or name a cluster with --bootstrap-servers"));
    }

    private boolean alive() {
        return ProcessHandle.of(pid)
                .filter(process -> started(process).equals(started))
                .isPresent();
    }

    static String started(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("unknown");
    }

    /** The cluster, for clients. */
    public ClientSettings client() {
        return new ClientSettings(bootstrapServers, registryUrl, prefix);
    }

    /** Whole or not at all, for those who look for it meanwhile. */
    void write(Path dataDirectory) throws IOException {
        Path unfinished = dataDirectory.resolve("stack.json.new");
        JSON.writerWithDefaultPrettyPrinter().writeValue(unfinished.toFile(), this);
        Files.move(unfinished, file(dataDirectory), StandardCopyOption.ATOMIC_MOVE);
    }

    static void remove(Path dataDirectory) throws IOException {
        Files.deleteIfExists(file(dataDirectory));
    }

    private static Path file(Path dataDirectory) {
        return dataDirectory.resolve("stack.json");
    }
}
