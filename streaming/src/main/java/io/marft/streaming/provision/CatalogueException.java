package io.marft.streaming.provision;

/** A topic or schema on the cluster that contradicts the catalogue; the message is one line for the operator. */
public final class CatalogueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CatalogueException(String message) {
        super(message);
    }

    public CatalogueException(String message, Throwable cause) {
        super(message, cause);
    }
}
