package io.marft.policy.decoder;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes a TorchScript archive in memory, from one source text with one class.
 *
 * <p>An archive is a ZIP, entries stored uncompressed under one folder: {@code data.pkl} (a pickled module with its
 * attributes), {@code constants.pkl} (an empty tuple), {@code version}, and {@code code/__torch__.py} with the class.
 * Only the few pickle opcodes (protocol 2) that such a module needs are written.
 */
final class TorchArchive {

    /** The newest archive format of libtorch 2.7, so that it rewrites no operator of the source. */
    private static final String VERSION = "10\n";

    private TorchArchive() {}

    /**
     * The bytes of an archive.
     *
     * @param source TorchScript that defines the class
     * @param className the class in {@code source}
     * @param attributes its attributes: {@link Boolean}, {@link Integer}, {@link Double}, or an empty {@link List} for a
     *     list of tensors
     */
    static byte[] pack(String source, String className, Map<String, Object> attributes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "data.pkl", pickle(className, attributes));
            put(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            put(zip, "version", VERSION.getBytes(StandardCharsets.US_ASCII));
            put(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry("decoder/" + name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] pickle(String className, Map<String, Object> attributes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(new byte[] {(byte) 0x80, 2});
        out.writeBytes("c__torch__\n" + className + "\n");
        out.writeBytes(")\u0081}("); // NEWOBJ without arguments, then its state: a dictionary
        for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
            string(out, attribute.getKey());
            value(out, attribute.getValue());
        }
        out.writeBytes("ub."); // SETITEMS, BUILD, STOP
        return bytes.toByteArray();
    }

    private static void string(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        out.writeInt(Integer.reverseBytes(utf8.length));
        out.write(utf8);
    }

    private static void value(DataOutputStream out, Object value) throws IOException {
        if (value instanceof Boolean flag) {
            out.write(flag ? 0x88 : 0x89);
        } else if (value instanceof Integer number) {
            out.write('J');
            out.writeInt(Integer.reverseBytes(number));
        } else if (value instanceof Double number) {
            out.write('G');
            out.writeDouble(number);
        } else if (value instanceof List<?> list && list.isEmpty()) {
            out.writeBytes("ctorch.jit._pickle\nbuild_tensorlist\n]\u0085R");
        } else {
            throw new IllegalArgumentException("TorchArchive cannot pickle " + value + ": use a flag, a number or []");
        }
    }
}
