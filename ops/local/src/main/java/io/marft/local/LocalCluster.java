package io.marft.local;

import io.marft.streaming.connect.ClientSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A broker and a schema registry on this machine, with their data in one directory, which belongs to one cluster at a
 * time. Thread-safe.
 */
public final class LocalCluster implements AutoCloseable {

    /** The prefix of a local cluster's topics. */
    public static final String PREFIX = "marft";

    private final Path dataDirectory;
    private final Closing closing;
    private final LocalRegistry registry;
    private final ClientSettings client;

    private LocalCluster(Path dataDirectory, Closing closing, LocalRegistry registry, ClientSettings client) {
        this.dataDirectory = dataDirectory;
        this.closing = closing;
        this.registry = registry;
        this.client = client;
    }

    /**
     * Starts the broker, and the registry without waiting for it: {@link #awaitReady} does, so that other work fits in
     * between.
     *
     * @param registryDistribution the unpacked registry
     * @param dataDirectory where all data lie; created if it is not there
     * @param ports where to listen
     * @throws StackException if the directory is taken or cannot be written, or a part cannot start
     */
    public static LocalCluster start(Path registryDistribution, Path dataDirectory, ListenPorts ports) {
        if (!Installation.whole()) {
            throw new StackException("this distribution of marft has no broker: name a cluster with --bootstrap-servers"
                    + " and --registry-url, or start a local one from a checkout");
        }
        Path directory = dataDirectory.toAbsolutePath().normalize();
        Closing closing = new Closing();
        try {
            closing.later(DirectoryLock.take(directory));
            LocalBroker broker = closing.later(LocalBroker.start(directory.resolve("kafka"), ports.broker()));
            LocalRegistry registry = closing.later(LocalRegistry.start(
                    registryDistribution, directory.resolve("registry"), broker.bootstrapServers(), ports.registry()));
            ClientSettings client = new ClientSettings(broker.bootstrapServers(), registry.url(), PREFIX);
            return new LocalCluster(directory, closing, registry, client);
        } catch (RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    /**
     * Makes sure that a data directory is there, can be written and is free.
     *
     * @throws StackException if not
     */
    public static void prepare(Path dataDirectory) {
        DirectoryLock.take(dataDirectory).close();
    }

    /**
     * Makes sure that a cluster has run on a data directory.
     *
     * @throws StackException if not
     */
    public static void requireData(Path dataDirectory) {
        if (!Files.exists(dataDirectory.resolve("kafka"))) {
            throw new StackException("data directory " + dataDirectory
                    + " holds no log: run `marft demo` first, or name another with --data-dir");
        }
    }

    /**
     * Deletes what a data directory holds; a directory that is none of a stack is left alone.
     *
     * @throws StackException if a stack runs on it, or it was not made by one
     */
    @SuppressWarnings("try") // The lock is held, not used.
    public static void delete(Path dataDirectory) {
        if (!Files.exists(dataDirectory)) {
            return;
        }
        if (!Files.exists(dataDirectory.resolve("lock"))) {
            throw new StackException("directory " + dataDirectory
                    + " is not deleted, because no stack made it: name another with --data-dir");
        }
        try (DirectoryLock lock = DirectoryLock.take(dataDirectory);
                Stream<Path> files = Files.walk(dataDirectory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new StackException("data directory " + dataDirectory + " cannot be deleted: " + e, e);
        }
    }

    /** Waits until the registry answers, and lets other processes find the cluster ({@link RunningStack}). */
    public void awaitReady() {
        registry.awaitReady();
        try {
            RunningStack.here(client).write(dataDirectory);
            closing.later(() -> RunningStack.remove(dataDirectory));
        } catch (IOException e) {
            throw new StackException("stack.json cannot be written in " + dataDirectory + ": " + e.getMessage(), e);
        }
    }

    /** Whether the registry's process runs; the broker lives and dies with this process. */
    public boolean alive() {
        return registry.alive();
    }

    /** How clients reach it. */
    public ClientSettings client() {
        return client;
    }

    @Override
    public void close() {
        closing.close();
    }
}
