package io.marft.bench.report;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a child process writes to its standard error, kept in a file, which this owns, until it has ended. */
public final class ChildErrors implements AutoCloseable {

    private final Path path;

    public ChildErrors() {
        try {
            this.path = Files.createTempFile("marft-bench", ".err");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public File file() {
        return path.toFile();
    }

    /** The last line after a colon, or nothing if there is none. */
    public String lastLine() {
        try {
            List<String> lines = new String(Files.readAllBytes(path), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
