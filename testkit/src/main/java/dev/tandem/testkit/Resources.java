package dev.tandem.testkit;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The descriptors and the direct memory of this process.
 *
 * @param descriptors what each descriptor is; files are left out, because the JVM opens them as it loads classes
 * @param directBytes direct memory of the JDK and of Netty, but for the chunks of the pooled allocator
 * @param pooledBytes bytes that are allocated from Netty's default pooled allocator
 */
record Resources(Map<Integer, String> descriptors, long directBytes, long pooledBytes) {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private static final Path CONNECTIONS = Path.of("/proc/self/net/tcp");

    private static final Path CONNECTIONS_OF_VERSION_6 = Path.of("/proc/self/net/tcp6");

    /** Empty buffers, of which the JDK and Netty make a few as they load classes, count a byte each. */
    private static final long NOISE_BYTES = 64;

    static Resources now() {
        return new Resources(readDescriptors(), readDirectBytes(), readPooledBytes());
    }

    /** How many sockets are open. */
    static long sockets() {
        return readDescriptors().values().stream()
                .filter(target -> target.startsWith("socket:"))
                .count();
    }

    /** What the other end has not acknowledged yet of what was sent from a local port of a client. */
    static long unacknowledgedBytes(int localPort) {
        String local = String.format(":%04X", localPort);
        try {
            // Number, local address, remote address, state, bytes to send:bytes to read.
            return Stream.concat(lines(CONNECTIONS), lines(CONNECTIONS_OF_VERSION_6))
                    .map(line -> line.trim().split(" +"))
                    .filter(fields -> fields[1].endsWith(local))
                    .mapToLong(fields -> Long.parseLong(fields[4].substring(0, 8), 16))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Not with a channel, of which direct memory would stay with this thread. */
    private static Stream<String> lines(Path file) throws IOException {
        try (InputStream in = new FileInputStream(file.toFile())) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines();
        }
    }

    /** Whether nothing is held that was not held at {@code before}. */
    boolean isNoMoreThan(Resources before) {
        return descriptors.equals(before.descriptors)
                && directBytes <= before.directBytes + NOISE_BYTES
                && pooledBytes <= before.pooledBytes;
    }

    private static Map<Integer, String> readDescriptors() {
        Map<Integer, String> found = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path entry : entries) {
                String target = targetOf(entry);
                if (!target.startsWith("/")) {
                    found.put(Integer.parseInt(entry.getFileName().toString()), target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String targetOf(Path entry) {
        try {
            return Files.readSymbolicLink(entry).toString();
        } catch (IOException closedMeanwhile) {
            return "/";
        }
    }

    private static long readDirectBytes() {
        long all = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        // The allocator keeps chunks for later use; what is allocated from them is counted apart.
        return all - PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    private static long readPooledBytes() {
        return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    }
}
