package io.marft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code marft --version} says: the version that the build had, which the build alone knows. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"marft " + number()};
    }

    private static String number() {
        Properties properties = new Properties();
        try (InputStream file = Version.class.getResourceAsStream("version.properties")) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
