package io.marft.cli.process;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.net.URL;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go. Until a command chooses, nowhere: what a command says is its output, not its log
 * ({@code logback.xml}).
 */
public final class Logs {

    private Logs() {}

    /** To a file in {@code directory}, for commands that talk to a person. */
    public static Path toFile(Path directory) {
        Path file = directory.resolve("marft.log");
        configure("logback-file.xml", file);
        return file;
    }

    /** To standard output, for services whose host collects it. */
    public static void toConsole() {
        configure("logback-console.xml", Path.of(""));
    }

    private static void configure(String resource, Path file) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.putProperty("file", file.toString());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        URL configuration = Logs.class.getClassLoader().getResource(resource);
        try {
            configurator.doConfigure(configuration);
        } catch (JoranException e) {
            throw new IllegalStateException("logging configuration " + configuration + " is broken: " + e, e);
        }
    }
}
