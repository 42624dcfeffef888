package io.marft.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What was measured on.
 *
 * @param cpu the processor's model, or its architecture if the operating system does not say
 * @param processors how many Java may use
 * @param java the virtual machine and its version
 */
public record Machine(String cpu, int processors, String java) {

    private static final Path CPUS = Path.of("/proc/cpuinfo");

    /** This machine. */
    public static Machine here() {
        return new Machine(
                model(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    }

    private static String model() {
        String architecture = System.getProperty("os.arch");
        try {
            List<String> lines = Files.isReadable(CPUS) ? Files.readAllLines(CPUS) : List.of();
            return lines.stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(architecture);
        } catch (IOException e) {
            return architecture;
        }
    }
}
