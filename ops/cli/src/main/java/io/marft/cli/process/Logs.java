package io.marft.cli.process;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusUtil;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go. Until a command chooses, nowhere: what a command says is its output, not its log
 * ({@code logback.xml}). A logback configuration of the user's own, by {@code --log-config} or by logback's own property
 * {@code logback.configurationFile}, goes before all of this.
 */
public final class Logs {

    private static final String OWN = "marft.log.config";
    private static final String LOGBACKS_OWN = "logback.configurationFile";

    /** What {@code logback-*.xml} read: the level of marft's classes, and that of the libraries. */
    private static final String LEVEL = "marft.log.level";

    private static final String LIBRARIES = "marft.log.libraries";

    private Logs() {}

    /**
     * Sets what is logged, before a command runs.
     *
     * @param level of marft's classes; libraries say no more than warnings
     * @param asked whether the user chose the level, so that a command that keeps no log writes to standard error
     * @param configuration a logback file; empty for none
     * @throws IllegalArgumentException if the logback file cannot be used
     */
    public static void begin(String level, boolean asked, String configuration) {
        System.setProperty(LEVEL, level);
        System.setProperty(
                LIBRARIES, level.equalsIgnoreCase("error") || level.equalsIgnoreCase("off") ? level : "warn");
        if (!configuration.isBlank()) {
            System.setProperty(OWN, configuration);
        }
        if (own().isPresent()) {
            configure(own().get(), "", "");
        } else if (asked) {
            configure(resource("logback-console.xml"), "", "System.err");
        }
    }

    /** To a file in {@code directory}, for commands that talk to a person. */
    public static Path toFile(Path directory) {
        Path file = directory.resolve("marft.log");
        configure(own().orElseGet(() -> resource("logback-file.xml")), file.toString(), "");
        return file;
    }

    /** To standard output, for services whose host collects it. */
    public static void toConsole() {
        configure(own().orElseGet(() -> resource("logback-console.xml")), "", "System.out");
    }

    /** The user's own configuration: a file, a URL, or a resource on the class path, as logback takes it. */
    private static Optional<URL> own() {
        String named = System.getProperty(OWN, System.getProperty(LOGBACKS_OWN, ""));
        if (named.isBlank()) {
            return Optional.empty();
        }
        try {
            Path file = Path.of(named);
            if (Files.exists(file)) {
                return Optional.of(file.toUri().toURL());
            }
            URL found = Logs.class.getClassLoader().getResource(named);
            return Optional.of(found == null ? new URL(named) : found);
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(
                    "log configuration " + named + " does not exist: name a logback file with --log-config", e);
        }
    }

    private static URL resource(String name) {
        return Logs.class.getClassLoader().getResource(name);
    }

    private static void configure(URL configuration, String file, String target) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.getStatusManager().clear();
        context.putProperty("file", file);
        context.putProperty("target", target);
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        try {
            configurator.doConfigure(configuration);
        } catch (JoranException e) {
            throw new IllegalArgumentException(
                    "log configuration " + configuration + " cannot be used: " + e.getMessage(), e);
        }
        if (new StatusUtil(context).getHighestLevel(0) >= Status.ERROR) {
            throw new IllegalArgumentException("log configuration " + configuration + " cannot be used: "
                    + context.getStatusManager().getCopyOfStatusList().stream()
                            .filter(status -> status.getLevel() >= Status.ERROR)
                            .findFirst()
                            .orElseThrow()
                            .getMessage());
        }
    }
}
