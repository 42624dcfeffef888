package io.marft.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A broker in a process of its own, so that a test can kill it. */
final class BrokerProcess implements AutoCloseable {

    private final Process process;
    private final String bootstrapServers;

    private BrokerProcess(Process process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    static BrokerProcess start(Path directory) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        while (line != null && !line.startsWith("address ")) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("the broker's process ended before it was ready");
        }
        return new BrokerProcess(process, line.substring("address ".length()));
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    /** Ends it as {@code kill -9} does. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    /** The process itself: runs a broker until it is killed. */
    @SuppressWarnings("SystemOut") // The address is this program's output.
    public static void main(String[] arguments) throws InterruptedException {
        LocalBroker broker = LocalBroker.start(Path.of(arguments[0]), 0);
        System.out.println("address " + broker.bootstrapServers());
        Thread.currentThread().join();
    }
}
