package io.marft.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Loopback ports of the local stack. A free one is chosen at the first start and kept in a small file, so that a
 * stack keeps its addresses from run to run unless something else has taken them meanwhile.
 */
final class Ports {

    private Ports() {}

    /**
     * The port for one listener.
     *
     * @param memory the file that remembers the choice
     * @param wanted the port that the user asked for, or 0 for any
     * @param what names the listener in messages
     * @throws StackException if the wanted port is in use
     */
    static int choose(Path memory, int wanted, String what) {
        if (wanted != 0) {
            if (!free(wanted)) {
                throw new StackException("port " + wanted + " for " + what
                        + " is in use on 127.0.0.1: stop what listens there, or choose another (0 takes a free one)");
            }
            return wanted;
        }
        int port = remembered(memory);
        if (port == 0 || !free(port)) {
            port = any();
        }
        try {
            Files.writeString(memory, Integer.toString(port));
        } catch (IOException e) {
            throw new StackException("file " + memory + " cannot be written: " + e, e);
        }
        return port;
    }

    private static int remembered(Path memory) {
        try {
            return Files.exists(memory)
                    ? Integer.parseInt(Files.readString(memory).strip())
                    : 0;
        } catch (IOException | NumberFormatException e) {
            return 0; // A damaged memory is no reason to fail: another port serves as well.
        }
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int any() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StackException("no port is free on 127.0.0.1: " + e.getMessage(), e);
        }
    }
}
