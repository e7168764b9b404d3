package dev.tandem.server;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the process may use on this host. */
final class HostLimits {

    private static final Logger LOG = LoggerFactory.getLogger(HostLimits.class);
    private static final Path OPEN = Path.of("/proc/self/fd");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final int DESCRIPTOR_RESERVE = 64;
    private static final int DESCRIPTORS_UNKNOWN = 1024;

    private HostLimits() {}

    /**
     * So many connections as were asked for, if there are descriptors for them: the soft limit on open files (RLIMIT_NOFILE)
     * less those in use now and a reserve for files, logs and the JVM itself.
     */
    static int connections(int asked) {
        if (asked == ServerLimits.UNLIMITED) {
            return asked;
        }
        int limit = openFilesMax();
        int available = Math.max(1, limit - openFiles() - DESCRIPTOR_RESERVE);
        if (asked > available) {
            LOG.warn(
                    "There may be {} connections and not {}: the process may open {} files, of which {} are open and {} are"
                            + " kept in reserve. Raise the limit on open files ('ulimit -n', LimitNOFILE=).",
                    available,
                    asked,
                    limit,
                    openFiles(),
                    DESCRIPTOR_RESERVE);
        }
        return asked == ServerLimits.BY_DESCRIPTORS ? available : Math.min(asked, available);
    }

    /** The most direct memory that this JVM allows. */
    static long directMemoryBytes() {
        return PlatformDependent.maxDirectMemory();
    }

    private static int openFiles() {
        String[] open = OPEN.toFile().list();
        return open == null ? 0 : open.length;
    }

    private static int openFilesMax() {
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
