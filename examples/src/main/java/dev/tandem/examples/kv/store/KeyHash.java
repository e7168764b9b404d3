package dev.tandem.examples.kv.store;

import io.netty.buffer.ByteBuf;

/** The hash of a key. */
@FunctionalInterface
public interface KeyHash {

    /** 64 bits that depend on the given bytes alone. */
    long hash(ByteBuf bytes, int offset, int length);
}
