package io.marft.local;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where marft lies on this machine: a checkout that has been built, or the distribution of the services, which has neither
 * a broker nor benchmarks.
 *
 * @param home the root of it
 */
public record Installation(Path home) {

    /** Of Kafka's server; by name, so that nothing is loaded to find out. */
    private static final String BROKER = "kafka/server/KafkaRaftServer.class";

    /** Whether the broker of a local stack and the benchmarks are there: in a checkout, not in the services' distribution. */
    public static boolean whole() {
        return Installation.class.getClassLoader().getResource(BROKER) != null;
    }

    /**
     * The installation that the launcher names in the system property {@code marft.home}.
     *
     * @throws StackException if the property is not set or names no directory
     */
    public static Installation find() {
        String home = System.getProperty("marft.home", "");
        if (home.isEmpty() || !Files.isDirectory(Path.of(home))) {
            throw new StackException("system property marft.home must name marft's directory, got: '" + home
                    + "'; the launcher ./marft sets it");
        }
        return new Installation(Path.of(home).toAbsolutePath());
    }

    /** The unpacked schema registry. */
    public Path registry() {
        return home.resolve("ops/local/target/registry");
    }

    /** The bundled language model. */
    public Path model() {
        return home.resolve("models/arithmetic");
    }

    /** The bundled team. */
    public Path team() {
        return home.resolve("teams/arithmetic.yaml");
    }

    /** How the bundled team is trained. */
    public Path training() {
        return home.resolve("training/arithmetic.yaml");
    }
}
