package dev.tandem.benchmarks.server;

import java.util.Locale;

/** What a server echoes. */
public enum Protocol {
    /** Bytes, as they come. */
    RAW,
    /** Frames: a 4-byte big-endian length, then that many bytes. */
    FRAMES;

    /** The name on the command line and in results. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The protocol of the given label. */
    public static Protocol of(String label) {
        for (Protocol protocol : values()) {
            if (protocol.label().equals(label)) {
                return protocol;
            }
        }
        throw new IllegalArgumentException("protocol must be raw or frames, but was " + label + ".");
    }
}
