package io.marft.local;

/**
 * Where a local cluster listens on 127.0.0.1; 0 takes a free port, which is kept from run to run.
 *
 * @param broker Kafka's port
 * @param registry the schema registry's port
 */
public record ListenPorts(int broker, int registry) {

    /** Free ports. */
    public static final ListenPorts FREE = new ListenPorts(0, 0);

    public ListenPorts {
        check("broker", broker);
        check("registry", registry);
    }

    private static void check(String what, int port) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(what + " port must be 0 to 65535, got: " + port);
        }
    }
}
