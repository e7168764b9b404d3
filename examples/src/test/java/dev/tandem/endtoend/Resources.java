package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.LeakPresenceDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The descriptors, buffers and threads of this JVM that a server holds while it runs, and must give back. */
final class Resources {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private Resources() {}

    /**
     * What each descriptor is. Files are left out, because the JVM opens them as it loads classes, and pipes, of which no server
     * has any: those of a process that a test has started are closed by a thread of the JDK some time after its end.
     */
    static Map<Integer, String> descriptors() {
        Map<Integer, String> found = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path entry : entries) {
                String target = targetOf(entry);
                if (!target.startsWith("/") && !target.startsWith("pipe:")) {
                    found.put(Integer.parseInt(entry.getFileName().toString()), target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Fails if other descriptors are open than those. A client of the JDK closes its own only when it sees the end. */
    static void assertDescriptors(Map<Integer, String> expected) {
        try {
            Await.until(
                    "the descriptors are those expected", () -> descriptors().equals(expected));
        } catch (AssertionError late) {
            assertThat(descriptors()).isEqualTo(expected);
        }
    }

    private static String targetOf(Path entry) {
        try {
            return Files.readSymbolicLink(entry).toString();
        } catch (IOException closedMeanwhile) {
            return "/";
        }
    }

    /** Bytes that are allocated from the pool of all servers of this JVM and not yet given back. */
    static long pooledBytes() {
        return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    }

    /** Fails if any buffer is not released, whether or not anybody still refers to it. */
    static void assertNoBufferLeft() {
        LeakPresenceDetector.check();
    }

    /** How many threads of servers are alive. */
    static long serverThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("tandem-"))
                .count();
    }
}
