package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespLimits;
import java.util.Objects;

/**
 * What a key-value server may use.
 *
 * @param limits of one command
 * @param memoryBytesMax keys and values together, at least 1 MiB. At this size commands that need more memory are
 *     refused with an error; nothing is evicted. {@link #NO_MEMORY_LIMIT} leaves it to the heap.
 * @param replyBytesMark unsent reply bytes of a connection, at least 1, from which on its next commands wait
 */
record KvSettings(RespLimits limits, long memoryBytesMax, int replyBytesMark) {

    static final long NO_MEMORY_LIMIT = Long.MAX_VALUE;

    private static final long MEMORY_BYTES_MIN = 1 << 20;

    KvSettings {
        Objects.requireNonNull(limits, "limits");
        if (memoryBytesMax < MEMORY_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "memoryBytesMax must be at least " + MEMORY_BYTES_MIN + ", but was " + memoryBytesMax + ".");
        }
        if (replyBytesMark < 1) {
            throw new IllegalArgumentException("replyBytesMark must be at least 1, but was " + replyBytesMark + ".");
        }
    }

    /** Half of the heap for keys and values, so that an error reply comes before the collector gives up. */
    static KvSettings defaults() {
        long half = Math.max(MEMORY_BYTES_MIN, Runtime.getRuntime().maxMemory() / 2);
        return new KvSettings(RespLimits.DEFAULT, half, 64 << 10);
    }
}
