package io.marft.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A key for {@code localhost} with a self-signed certificate. The JDK's {@code keytool} makes it for one run; it is valid
 * for two days.
 *
 * @param keyStore the key, in PKCS12
 * @param password of the key store and of the key
 * @param pem the certificate, in the form that a client's trust store takes
 */
public record Certificate(Path keyStore, String password, Path pem) {

    /** The shortest password that keytool takes. */
    private static final int LEAST_PASSWORD = 6;

    public Certificate {
        if (password.length() < LEAST_PASSWORD) {
            throw new IllegalArgumentException("password must have at least " + LEAST_PASSWORD + " characters");
        }
    }

    /**
     * Makes a key and its certificate.
     *
     * @param directory where NAME.p12 and NAME.pem are written
     */
    public static Certificate make(Path directory, String name, String password)
            throws IOException, InterruptedException {
        Certificate made =
                new Certificate(directory.resolve(name + ".p12"), password, directory.resolve(name + ".pem"));
        String store = made.keyStore.toString();
        keytool(List.of(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1", //
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2", //
                "-storetype",
                "PKCS12",
                "-keystore",
                store,
                "-storepass",
                password));
        keytool(List.of(
                "-exportcert",
                "-rfc",
                "-alias",
                name,
                "-keystore",
                store, //
                "-storepass",
                password,
                "-file",
                made.pem.toString()));
        return made;
    }

    private static void keytool(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool failed: " + output);
        }
    }
}
