package io.marft.cli.settings;

/** A settings file that cannot be read or used. The message is one line: the place, the rule and the mend. */
public final class SettingsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SettingsException(String message) {
        super(message);
    }

    SettingsException(String message, Throwable cause) {
        super(message, cause);
    }
}
