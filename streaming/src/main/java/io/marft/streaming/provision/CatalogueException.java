package io.marft.streaming.provision;

import java.util.List;

/** A topic or schema on the cluster that contradicts the catalogue; the message is one line for the operator, or several. */
public final class CatalogueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CatalogueException(String message) {
        super(message);
    }

    public CatalogueException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Contradictions, a line for each; trying again does not help. */
    static CatalogueException of(List<String> lines) {
        return new CatalogueException(String.join("\n", lines));
    }

    /** Whether the cluster answered, and what it has contradicts the catalogue. Someone must mend it. */
    public boolean contradicts() {
        return getCause() == null;
    }
}
