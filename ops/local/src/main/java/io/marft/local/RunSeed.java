package io.marft.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The seed of the run that a data directory holds. Its first run chooses it; later ones go on with it, for with another
 * one they would be asked other problems than those that the untuned team was measured on.
 */
public final class RunSeed {

    private static final long DEFAULT = 1;

    private RunSeed() {}

    /**
     * The seed to run with, which is written down if it is the directory's first.
     *
     * @param dataDirectory a directory that can be written
     * @param given the seed that the user asks for, if any
     * @throws StackException if the directory holds a run with another seed
     */
    public static long of(Path dataDirectory, Optional<Long> given) {
        Path file = dataDirectory.resolve("seed");
        try {
            if (!Files.exists(file)) {
                Files.writeString(file, Long.toString(given.orElse(DEFAULT)));
            }
            long held = Long.parseLong(Files.readString(file).strip());
            if (given.isPresent() && given.get() != held) {
                throw new StackException(
                        "data directory " + dataDirectory + " holds a run with seed " + held + ", got: --seed "
                                + given.get() + "; leave --seed out to go on with it, or begin anew with --fresh");
            }
            return held;
        } catch (IOException | NumberFormatException e) {
            throw new StackException("seed of the run cannot be read from " + file + ": " + e.getMessage(), e);
        }
    }
}
