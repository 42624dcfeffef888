package io.marft.environments.feed;

import io.marft.environments.TestTeam;
import io.marft.environments.arithmetic.ArithmeticTask;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.TopicProvisioner;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** An environment in a process of its own, which can be killed. */
public final class EnvironmentProcess {

    /** Few episodes in flight, so that transactions are many and a kill falls into one. */
    static final EnvironmentSettings SETTINGS = new EnvironmentSettings(TestTeam.CHAIN, 1, 8);

    private EnvironmentProcess() {}

    /** The same settings in every process: a registry in memory gives the same ids to the same registrations. */
    static ClientSettings client(String bootstrapServers) {
        ClientSettings settings = new ClientSettings(
                bootstrapServers,
                "mock://environment",
                "marft",
                Map.of("max.block.ms", "3000")); // One that is fenced in mid-call waits for so long.
        new TopicProvisioner(settings, 3, (short) 1).provision(TestTeam.CHAIN);
        return settings;
    }

    static Process start(String bootstrapServers) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EnvironmentProcess.class.getName(),
                        bootstrapServers)
                .redirectErrorStream(true)
                .redirectOutput(new File("target/environment-process.log"))
                .start();
    }

    public static void main(String[] arguments) {
        new EnvironmentService(client(arguments[0]), SETTINGS, new ArithmeticTask()).start();
    }
}
