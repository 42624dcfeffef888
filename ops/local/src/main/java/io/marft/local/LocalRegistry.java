package io.marft.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Apicurio Registry as a child process, on loopback, with its data on the broker. It speaks Confluent's protocol.
 *
 * <p>It ends with this object. Should this process be killed, the child lives on for a while; the next start finds it
 * by its pid file and ends it first. Thread-safe.
 */
public final class LocalRegistry implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final PidFile pidFile;
    private final Path log;
    private final String url;

    private LocalRegistry(Process process, PidFile pidFile, Path log, String url) {
        this.process = process;
        this.pidFile = pidFile;
        this.log = log;
        this.url = url;
    }

    /**
     * Starts the child and returns at once; {@link #awaitReady()} waits for it.
     *
     * @param distribution the unpacked registry
     * @param directory where its pid file and log lie; created if it is not there
     * @param bootstrapServers the broker that keeps its data
     * @param port the port to listen on at 127.0.0.1, or 0 for a free one, which is then kept
     */
    public static LocalRegistry start(Path distribution, Path directory, String bootstrapServers, int port) {
        try {
            Files.createDirectories(directory);
            PidFile pidFile = new PidFile(directory.resolve("pid"));
            pidFile.endStale();
            int chosen = Ports.choose(directory.resolve("port"), port, "the schema registry");
            Path log = directory.resolve("registry.log");
            // A terminal sends Ctrl-C to the child, too; it is to outlive the services that the parent closes first.
            ProcessBuilder builder = new ProcessBuilder(
                            "/bin/sh",
                            "-c",
                            "trap '' INT; exec \"$0\" \"$@\"",
                            java().toString(),
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-jar",
                            runner(distribution).toString())
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment()
                    .putAll(Map.of(
                            "APICURIO_STORAGE_KIND",
                            "kafkasql",
                            "APICURIO_KAFKASQL_BOOTSTRAP_SERVERS",
                            bootstrapServers,
                            "QUARKUS_HTTP_HOST",
                            "127.0.0.1",
                            "QUARKUS_HTTP_PORT",
                            Integer.toString(chosen)));
            Process process = builder.start();
            pidFile.write(process.toHandle());
            return new LocalRegistry(process, pidFile, log, "http://127.0.0.1:" + chosen + "/apis/ccompat/v7");
        } catch (IOException e) {
            throw new StackException("schema registry cannot be started in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private static Path runner(Path distribution) throws IOException {
        if (Files.isDirectory(distribution)) {
            try (Stream<Path> files = Files.list(distribution)) {
                Optional<Path> runner = files.filter(
                                file -> file.getFileName().toString().endsWith("-runner.jar"))
                        .findFirst();
                if (runner.isPresent()) {
                    return runner.get().toAbsolutePath();
                }
            }
        }
        throw new StackException(
                "schema registry is not unpacked in " + distribution + ": build with `mvn -DskipTests package`");
    }

    /** The base URL for clients that speak Confluent's protocol. */
    public String url() {
        return url;
    }

    /**
     * Waits until it answers.
     *
     * @throws StackException if it ends or does not answer in two minutes
     */
    public void awaitReady() {
        HttpClient client =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/subjects"))
                .timeout(Duration.ofSeconds(5))
                .build();
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!answers(client, request)) {
            if (!process.isAlive()) {
                throw new StackException(
                        "schema registry ended with status " + process.exitValue() + " while starting: see " + log);
            }
            if (Instant.now().isAfter(deadline)) {
                throw new StackException("schema registry did not answer at " + url + " in two minutes: see " + log);
            }
            pause();
        }
    }

    private static boolean answers(HttpClient client, HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static StackException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StackException("interrupted while waiting for the schema registry", e);
    }

    /** Whether the child still runs. */
    public boolean alive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            pidFile.remove();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new StackException("file " + pidFile.file() + " cannot be removed: " + e, e);
        }
    }
}
