package dev.tandem.examples.kv.store;

import io.netty.buffer.ByteBuf;

/**
 * Reads beforehand what finding some keys will read. Memory that is in no cache is waited for some hundred instructions
 * long. A command depends on what it reads, so commands wait one after the other; the reads in here do not depend on each
 * other, and a processor waits for all of them together.
 */
public final class Prefetch {

    private final Segment[] segments;
    private final int[] tags;
    private int count;

    /** Where what was read ends up, so that a compiler cannot leave the reading out. */
    private int seen;

    /** Reads for at most so many keys at a time. */
    public Prefetch(int keysMax) {
        segments = new Segment[keysMax];
        tags = new int[keysMax];
    }

    /** Adds a key that will be looked up in this store. */
    public void add(KeyValueStore store, ByteBuf key, int offset, int length) {
        long hashed = store.hash(key, offset, length);
        segments[count] = store.segmentOf(hashed);
        tags[count++] = KeyValueStore.tagOf(hashed);
    }

    /** Reads for the keys that were added, and begins anew. */
    public void read() {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += segments[i].touchHome(tags[i]);
        }
        for (int i = 0; i < count; i++) {
            sum += segments[i].touchEntry(tags[i]);
            segments[i] = null;
        }
        seen = sum;
        count = 0;
    }
}
