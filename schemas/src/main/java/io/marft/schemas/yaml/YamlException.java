package io.marft.schemas.yaml;

/** A YAML file that cannot be read or used. The message is one line for the file's author. */
public final class YamlException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    YamlException(String message, Throwable cause) {
        super(message, cause);
    }
}
