package io.marft.bench.policy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.bench.report.BenchException;
import io.marft.bench.report.ChildErrors;
import io.marft.bench.report.Memory;
import io.marft.bench.report.Phase;
import io.marft.bench.report.Turn;
import io.marft.policy.decoder.ModelOptions;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link Worker} from the outside: the owner of its process. To be used by one thread at a time. */
final class WorkerProcess implements AutoCloseable {

    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true);

    private final String name;
    private final ChildErrors errors;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter requests;
    private final Loaded loaded;

    /** Starts a process and waits until the model is loaded. */
    WorkerProcess(Phase phase, Plan plan) {
        this.name = "the process that measures " + phase.label();
        this.errors = new ChildErrors();
        try {
            this.process = new ProcessBuilder(command(plan, phase.use()))
                    .redirectError(errors.file())
                    .start();
            this.answers = process.inputReader();
            this.requests = process.outputWriter();
        } catch (IOException e) {
            errors.close();
            throw new BenchException(name + " cannot be started: " + e.getMessage(), e);
        }
        try {
            this.loaded = answer(Loaded.class);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * A small heap: what is measured is the model, which lies outside of it. Signals end it at once: Java would first run
     * libtorch's destructors beside a pass under way, and crash.
     */
    private static List<String> command(Plan plan, ModelOptions.Use use) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Xrs",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-D") || argument.startsWith("--add-"))
                .forEach(command::add);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName(),
                JSON.writeValueAsString(plan),
                use.name()));
        return command;
    }

    Loaded loaded() {
        return loaded;
    }

    /** One repetition, warmed up before if it is the phase's first. */
    Turn turn(Phase phase) {
        try {
            requests.write(phase.name());
            requests.newLine();
            requests.flush();
        } catch (IOException e) {
            throw ended(e);
        }
        return answer(Turn.class);
    }

    /** Lets the process end; what it came to need. */
    Memory finish() {
        try {
            requests.close();
        } catch (IOException e) {
            throw ended(e);
        }
        return answer(Memory.class);
    }

    private <T> T answer(Class<T> type) {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw ended(null);
            }
            JsonNode answer = JSON.readTree(line);
            if (answer.has("failure")) {
                throw new BenchException(answer.get("failure").asText());
            }
            return JSON.treeToValue(answer, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BenchException ended(IOException cause) {
        return new BenchException(name + " ended with status " + status() + errors.lastLine(), cause);
    }

    private int status() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while measuring", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        errors.close();
    }
}
