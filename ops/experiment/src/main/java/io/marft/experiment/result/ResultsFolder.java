package io.marft.experiment.result;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.marft.experiment.declare.ExperimentException;
import io.marft.experiment.declare.RunKey;
import io.marft.experiment.run.RunCheckpoint;
import io.marft.experiment.run.RunPlan;
import io.marft.experiment.run.RunResult;
import io.marft.streaming.life.LockedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where an experiment's results lie: {@code runs/TEAM.ALGORITHM.SEED.json} of each finished run and
 * {@code ….checkpoint.json} of each that was begun; {@code table.md}, {@code curves.svg} and {@code results.json} over all
 * finished ones. Every file is there whole or not at all, so that a killed process can leave nothing half written.
 *
 * <p>One process has it at a time. Its runs may be written by several threads.
 */
public final class ResultsFolder implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String FINISHED = ".json";
    private static final String BEGUN = ".checkpoint.json";

    private final Path folder;
    private final Path runs;
    private final LockedFile lock;

    private ResultsFolder(Path folder, LockedFile lock) {
        this.folder = folder;
        this.runs = folder.resolve("runs");
        this.lock = lock;
    }

    /**
     * Takes the folder, which is created if it is not there.
     *
     * @throws ExperimentException if another process has it, or it cannot be written
     */
    public static ResultsFolder open(Path folder) {
        try {
            Files.createDirectories(folder.resolve("runs"));
            LockedFile lock = LockedFile.take(folder.resolve("runs/lock"))
                    .orElseThrow(() -> new ExperimentException("results folder " + folder
                            + " is used by a running experiment: let that one end, or name another with --out"));
            return new ResultsFolder(folder, lock);
        } catch (IOException e) {
            throw new ExperimentException(
                    "results folder " + folder + " cannot be written (" + e + "): name another with --out", e);
        }
    }

    /** Where it is. */
    public Path path() {
        return folder;
    }

    /** Forgets all runs. */
    public void clear() {
        try (Stream<Path> files = Files.list(runs)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(FINISHED)).toList()) {
                Files.delete(file);
            }
            for (String name : List.of("table.md", "curves.svg", "results.json")) {
                Files.deleteIfExists(folder.resolve(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A run that is finished.
     *
     * @throws ExperimentException if it was defined otherwise
     */
    public Optional<RunResult> finished(RunPlan plan) {
        Optional<RunResult> found = read(file(plan.key(), FINISHED), RunResult.class);
        found.ifPresent(result -> requireSame(plan, result.definition()));
        return found;
    }

    /**
     * Where a run can go on.
     *
     * @throws ExperimentException if it was defined otherwise
     */
    public Optional<RunCheckpoint> checkpoint(RunPlan plan) {
        Optional<RunCheckpoint> found = read(file(plan.key(), BEGUN), RunCheckpoint.class);
        found.ifPresent(checkpoint -> requireSame(plan, checkpoint.definition()));
        return found;
    }

    private void requireSame(RunPlan plan, Map<String, String> made) {
        Map<String, String> wanted = plan.definition();
        if (!RunPlan.digest(made).equals(RunPlan.digest(wanted))) {
            List<String> changed = Stream.concat(wanted.keySet().stream(), made.keySet().stream())
                    .distinct()
                    .filter(key -> !Objects.equals(made.get(key), wanted.get(key)))
                    .toList();
            throw new ExperimentException("results folder " + folder + " holds run " + plan.key() + " with another "
                    + String.join(", another ", changed)
                    + ": name another folder with --out, or begin anew with --fresh");
        }
    }

    public void checkpoint(RunKey key, RunCheckpoint checkpoint) {
        write(file(key, BEGUN), json(checkpoint));
    }

    public void finish(RunResult result) {
        write(file(result.key(), FINISHED), json(result));
        try {
            Files.deleteIfExists(file(result.key(), BEGUN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes table, curves and JSON over the runs that are finished. */
    public void write(Results results) {
        write(folder.resolve("table.md"), ResultsTable.markdown(results).getBytes(StandardCharsets.UTF_8));
        write(folder.resolve("curves.svg"), CurvesSvg.of(results).getBytes(StandardCharsets.UTF_8));
        write(folder.resolve("results.json"), ResultsJson.of(results).getBytes(StandardCharsets.UTF_8));
    }

    private Path file(RunKey key, String ending) {
        return runs.resolve(key + ending);
    }

    private static byte[] json(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> Optional<T> read(Path file, Class<T> type) {
        try {
            return Files.exists(file) ? Optional.of(JSON.readValue(file.toFile(), type)) : Optional.empty();
        } catch (IOException e) {
            throw new ExperimentException(
                    file + " is no run of this version of marft: delete it, or begin anew with --fresh", e);
        }
    }

    private static void write(Path file, byte[] content) {
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(whole, content);
            try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
