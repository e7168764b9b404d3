package dev.tandem.benchmarks.server;

/**
 * What every server is started with.
 *
 * @param protocol what is echoed
 * @param host the address to bind
 * @param port the port to bind, 0 for any
 * @param loops event loop threads, where a server has them
 */
record ServerSettings(Protocol protocol, String host, int port, int loops) {

    /** Connections the kernel completes before the server accepts them; the same for every server. */
    static final int BACKLOG = 4096;

    /** The largest frame body that a server takes. */
    static final int FRAME_BYTES_MAX = 1 << 20;

    /** Bytes of the length in front of a frame's body: a big-endian int. */
    static final int LENGTH_BYTES = 4;

    ServerSettings {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be from 0 to 65535, but was " + port + ".");
        }
        if (loops < 1) {
            throw new IllegalArgumentException("loops must be at least 1, but was " + loops + ".");
        }
    }

    boolean frames() {
        return protocol == Protocol.FRAMES;
    }
}
