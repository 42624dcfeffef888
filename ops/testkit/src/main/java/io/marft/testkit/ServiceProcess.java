package io.marft.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A Java program in a process of its own, on the test's class path. A test may kill, stop and freeze it and start it again.
 * The output of all its lives goes to one file. It ends with the test's process, unless that one is killed.
 *
 * <p>Signals need a POSIX system. Not thread-safe.
 */
public final class ServiceProcess implements AutoCloseable {

    private final String name;
    private final Path output;
    private final ProcessBuilder builder;
    private final Thread hook = new Thread(this::kill, "kill-forked-process");
    private Optional<Process> process = Optional.empty();
    private long lifeBegins;

    /**
     * Prepares a process; {@link #start} starts it.
     *
     * @param name what messages call it
     * @param output the file that takes its output
     * @param jvmOptions for instance {@code -Xmx256m}
     * @param main the program's main class
     */
    public ServiceProcess(String name, Path output, List<String> jvmOptions, Class<?> main, List<String> arguments) {
        this.name = name;
        this.output = output;
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // It lives for a short time on a shared machine: few threads, quick to start.
        words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"));
        words.addAll(jvmOptions);
        words.add(main.getName());
        words.addAll(arguments);
        this.builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        // By a variable: a command line has no room for a long class path.
        environment("CLASSPATH", classPath());
    }

    private static String classPath() {
        return String.join(
                File.pathSeparator,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(path -> Path.of(path).toAbsolutePath().toString())
                        .toList());
    }

    /** Sets a variable of its environment, which is otherwise the test's. To be called before {@link #start}. */
    public ServiceProcess environment(String variable, String value) {
        builder.environment().put(variable, value);
        return this;
    }

    /** Its name in messages. */
    public String name() {
        return name;
    }

    /** Starts it, for the first time or again. */
    public ServiceProcess start() {
        if (alive()) {
            throw new IllegalStateException(name + " runs already, as process " + pid());
        }
        try {
            lifeBegins = Files.exists(output) ? Files.size(output) : 0;
            if (process.isEmpty()) {
                Runtime.getRuntime().addShutdownHook(hook);
            }
            process = Optional.of(builder.start());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be started", e);
        }
    }

    /** Whether it runs; a frozen one does. */
    public boolean alive() {
        return process.isPresent() && process.get().isAlive();
    }

    /** Its number for the operating system. */
    public long pid() {
        return started().pid();
    }

    private Process started() {
        return process.orElseThrow(() -> new IllegalStateException(name + " was not started"));
    }

    /** What this life has written so far. */
    public String written() {
        try {
            byte[] all = Files.readAllBytes(output);
            return new String(all, (int) lifeBegins, (int) (all.length - lifeBegins), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name + "'s output cannot be read", e);
        }
    }

    /**
     * Waits until this life has written a line that contains a text.
     *
     * @throws IllegalStateException if it ends before, or does not write it in time; the message ends with its last lines
     */
    public void awaitLine(String text, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            boolean running = alive();
            if (written().lines().anyMatch(line -> line.contains(text))) {
                return;
            }
            if (!running || System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(name + (running ? " did not write '" : " ended without writing '")
                        + text + "': see " + output + ", which ends with\n" + tail());
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private String tail() {
        List<String> lines = written().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    /** Ends it as {@code kill -9} does, and waits until it is gone. Nothing happens if it does not run. */
    public void kill() {
        process.ifPresent(running -> running.destroyForcibly().onExit().join());
    }

    /**
     * Asks it to stop, by SIGTERM, and waits until it has.
     *
     * @return its exit status; 143 for a Java program that closed in order
     * @throws IllegalStateException if it does not stop in time
     */
    public int terminate(Duration patience) {
        Process running = started();
        running.destroy();
        try {
            if (!running.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        name + " did not stop in " + patience + "; its output ends with\n" + tail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name, e);
        }
        return running.exitValue();
    }

    /** Freezes it, by SIGSTOP. When this returns, it lives and does nothing. */
    public void freeze() {
        signal("STOP");
        // The kernel stops each thread when that next enters or leaves the kernel. On a busy machine this takes a
        // while.
        while (!threadsStopped()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private boolean threadsStopped() {
        Path tasks = Path.of("/proc", Long.toString(pid()), "task");
        try (Stream<Path> threads = Files.list(tasks)) {
            return threads.allMatch(thread -> {
                try {
                    String stat = Files.readString(thread.resolve("stat"));
                    return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
                } catch (IOException e) {
                    return true; // It has ended.
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(name + " ended while it was to be frozen", e);
        }
    }

    /** Lets a frozen one go on, by SIGCONT. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            // The shell's own kill, for a machine without procps.
            int status = new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException(name + " cannot be sent SIG" + signal);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be sent SIG" + signal, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending SIG" + signal + " to " + name, e);
        }
    }

    /** How much memory it holds, in bytes, as Linux counts it ({@code VmRSS}). */
    public long residentBytes() {
        Path status = Path.of("/proc", Long.toString(pid()), "status");
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(kibibytes -> Long.parseLong(kibibytes) << 10)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(name + " does not run"));
        } catch (IOException e) {
            throw new UncheckedIOException("file " + status + " cannot be read", e);
        }
    }

    /** Kills it. */
    @Override
    public void close() {
        kill();
        if (process.isPresent()) {
            Runtime.getRuntime().removeShutdownHook(hook);
            process = Optional.empty();
        }
    }
}
