package io.marft.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A TCP socket that listens, as Linux shows it in {@code /proc}.
 *
 * @param address in hexadecimal, as the kernel writes it: words in the machine's byte order
 */
record ListeningSocket(String address) {

    private static final String LISTEN = "0A";

    /** What a process listens on. */
    static List<ListeningSocket> of(ProcessHandle process) throws IOException {
        Set<String> own = sockets(process);
        List<ListeningSocket> listening = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/net", table))) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns[3].equals(LISTEN) && own.contains("socket:[" + columns[9] + "]")) {
                    listening.add(new ListeningSocket(columns[1]));
                }
            }
        }
        return listening;
    }

    private static Set<String> sockets(ProcessHandle process) throws IOException {
        Set<String> sockets = new HashSet<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            for (Path file : files) {
                try {
                    sockets.add(Files.readSymbolicLink(file).toString());
                } catch (NoSuchFileException e) {
                    // Closed meanwhile.
                }
            }
        }
        return sockets;
    }

    /** Of IPv4's 127.0.0.0/8, plain or inside IPv6, or IPv6's ::1. */
    boolean loopback() {
        String host = address.substring(0, address.indexOf(':'));
        return host.matches("(0{16}F{4}0000)?.{6}7F") || host.equals("0".repeat(24) + "01000000");
    }
}
