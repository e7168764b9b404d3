package dev.tandem.benchmarks.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Small files of {@code /proc} and {@code /sys}, which may be absent, forbidden, or gone by the time they are read. */
final class ProcFiles {

    private static final int READ_BYTES = 16 << 10;

    private ProcFiles() {}

    /** In large reads: files of /proc/sys give all they have to the first one, and nothing to a second. */
    static Optional<String> read(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] part = new byte[READ_BYTES];
            for (int count = in.read(part); count > 0; count = in.read(part)) {
                bytes.write(part, 0, count);
            }
            return Optional.of(bytes.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Optional<String> readTrimmed(String path) {
        return read(Path.of(path)).map(String::strip);
    }

    /** The number after a label such as {@code "\nVmRSS:"}, or 0. */
    static long labelled(String text, String label) {
        int at = text.indexOf(label);
        return at < 0 ? 0 : number(text, at + label.length());
    }

    /** The number that begins at or after the given place, or 0. */
    static long number(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) < '0' || text.charAt(at) > '9')) {
            at++;
        }
        long value = 0;
        for (; at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9'; at++) {
            value = value * 10 + text.charAt(at) - '0';
        }
        return value;
    }
}
