package dev.tandem.server;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the process may use on this host. */
final class HostLimits {

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final int DESCRIPTOR_RESERVE = 64;
    private static final int DESCRIPTORS_UNKNOWN = 1024;

    private HostLimits() {}

    /** The soft limit on open files (RLIMIT_NOFILE), less a reserve for files, logs and the JVM itself. */
    static int connections() {
        return Math.max(1, openFiles() - DESCRIPTOR_RESERVE);
    }

    /** The most direct memory that this JVM allows. */
    static long directMemoryBytes() {
        return PlatformDependent.maxDirectMemory();
    }

    private static int openFiles() {
        try {
            for (String line : Files.readAllLines(LIMITS)) {
                if (line.startsWith("Max open files")) {
                    String soft =
                            line.substring("Max open files".length()).strip().split("\\s+")[0];
                    return soft.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(soft);
                }
            }
        } catch (IOException | NumberFormatException unreadable) {
            // Falls through to the value that every Linux allows.
        }
        return DESCRIPTORS_UNKNOWN;
    }
}
