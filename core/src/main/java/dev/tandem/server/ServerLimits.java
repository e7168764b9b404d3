package dev.tandem.server;

import java.time.Duration;

/**
 * The bounds of a whole server. Zero never means unlimited: use {@link #UNLIMITED}.
 *
 * @param connections the most connections at a time; while there are so many, accepting pauses and clients wait in the
 *     kernel's queue. {@link #BY_DESCRIPTORS} takes what the limit on open files leaves, less a reserve of 64, and a larger
 *     number is brought down to that; {@link #UNLIMITED} is not
 * @param perAddress the most connections at a time from one remote address; one more is refused with a reset
 * @param acceptsPerSecond the most connections accepted per second; one more is refused with a reset
 * @param bufferedBytes the most memory that all connections together may hold for bytes that are unread or unsent: whole
 *     buffers, what other threads have written and the loop has not taken over yet, and what an engine keeps during a
 *     pause. Left out are messages that were decoded and wait for their answer (bounded in number where replies come
 *     later), a message on its way to the members of a group (one buffer, however many they are), the buffers that a loop
 *     receives into (of fixed size) and those of the kernel. At 80 % a connection that holds more than its share is not
 *     read, at 90 % nobody new is accepted, at 95 % the connection that holds the most is closed, and beyond 100 % one is
 *     closed rather than more is held (see {@link dev.tandem.connection.ByteBudget}). {@link #BY_MEMORY} takes half of the
 *     JVM's limit on direct memory
 * @param drain how long {@link TcpServer#drain()} waits for connections to finish
 */
public record ServerLimits(int connections, int perAddress, int acceptsPerSecond, long bufferedBytes, Duration drain) {

    /** No bound. */
    public static final int UNLIMITED = Integer.MAX_VALUE;
    /** As many connections as the limit on open files leaves when the server starts, less 64. */
    public static final int BY_DESCRIPTORS = -1;
    /** Half of the JVM's limit on direct memory. */
    public static final long BY_MEMORY = -1;

    /** Connections by descriptors, bytes by memory, no bound per address or per second, 30 s to drain. */
    public static final ServerLimits DEFAULT =
            new ServerLimits(BY_DESCRIPTORS, UNLIMITED, UNLIMITED, BY_MEMORY, Duration.ofSeconds(30));

    /** Checks every range. */
    public ServerLimits {
        if (bufferedBytes == UNLIMITED) {
            bufferedBytes = Long.MAX_VALUE;
        }
        requireBound("connections", connections, connections == BY_DESCRIPTORS);
        requireBound("perAddress", perAddress, false);
        requireBound("acceptsPerSecond", acceptsPerSecond, false);
        requireBound("bufferedBytes", bufferedBytes, bufferedBytes == BY_MEMORY);
        if (drain.isNegative()) {
            throw new IllegalArgumentException("drain must not be negative, but was " + drain + ".");
        }
    }

    private static void requireBound(String name, long value, boolean isConstant) {
        if (value < 1 && !isConstant) {
            throw new IllegalArgumentException(name + " must be at least 1, but was " + value
                    + ". Zero is not 'unlimited': use ServerLimits.UNLIMITED.");
        }
    }

    /** These limits with another bound on connections. */
    public ServerLimits withConnections(int value) {
        return new ServerLimits(value, perAddress, acceptsPerSecond, bufferedBytes, drain);
    }

    /** These limits with another bound on connections per remote address. */
    public ServerLimits withPerAddress(int value) {
        return new ServerLimits(connections, value, acceptsPerSecond, bufferedBytes, drain);
    }

    /** These limits with another bound on accepted connections per second. */
    public ServerLimits withAcceptsPerSecond(int value) {
        return new ServerLimits(connections, perAddress, value, bufferedBytes, drain);
    }

    /** These limits with another bound on buffered bytes. */
    public ServerLimits withBufferedBytes(long value) {
        return new ServerLimits(connections, perAddress, acceptsPerSecond, value, drain);
    }

    /** These limits with another time to drain. */
    public ServerLimits withDrain(Duration value) {
        return new ServerLimits(connections, perAddress, acceptsPerSecond, bufferedBytes, value);
    }

    /** These limits with the constants replaced by what this host gives. */
    ServerLimits resolved() {
        return new ServerLimits(
                HostLimits.connections(connections),
                perAddress,
                acceptsPerSecond,
                bufferedBytes == BY_MEMORY ? HostLimits.directMemoryBytes() / 2 : bufferedBytes,
                drain);
    }
}
