package io.marft.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Remembers a child process, so that it can be ended after this process was killed. Two lines: the process id, and the
 * instant at which the process started, by which a later process of the same id is told apart.
 */
record PidFile(Path file) {

    void write(ProcessHandle process) throws IOException {
        Files.writeString(file, process.pid() + "\n" + RunningStack.started(process) + "\n");
    }

    /** Ends the process that the file names, if it still runs, and removes the file. */
    void endStale() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        List<String> lines = Files.readAllLines(file);
        if (lines.size() == 2 && lines.get(0).matches("[0-9]{1,18}")) {
            Optional<ProcessHandle> stale = ProcessHandle.of(Long.parseLong(lines.get(0)));
            if (stale.isPresent() && RunningStack.started(stale.get()).equals(lines.get(1))) {
                stale.get().destroyForcibly();
                stale.get().onExit().orTimeout(10, TimeUnit.SECONDS).join();
            }
        }
        remove();
    }

    void remove() throws IOException {
        Files.deleteIfExists(file);
    }
}
