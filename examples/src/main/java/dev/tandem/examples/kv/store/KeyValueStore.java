package dev.tandem.examples.kv.store;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/**
 * A map from byte strings to byte strings whose keys may expire. Keys are looked up where they stand in a buffer; values
 * are read and written in place, in the {@link Entry} that a lookup returns and that stays valid until the next call
 * which may change the store. One thread at a time uses a store.
 *
 * <p>The store is 256 segments, each a hash table that grows by itself. The longest pause is to resize one of them: a
 * 256th of the keys. Entries are found by hashes under a secret key, so clients cannot choose keys that collide.
 *
 * <p>An expired key is never seen again. Its memory comes back when it is looked up, when {@link #removeExpired} comes
 * across it, or when other keys are given an expiry: each of those pays for looking at a few slots, so that expired keys
 * cannot pile up faster than they go.
 */
public final class KeyValueStore {

    /** Leaves a key's expiry as it is. */
    public static final long KEEP_EXPIRY = -1;

    /** Entries cost about this much beside their array: its header, and their share of a table. */
    private static final int OVERHEAD_BYTES = 32;

    private static final int SEGMENT_BITS = 8;
    private static final int SLOTS_PER_STEP = 4;
    private static final int SWEEP_STEPS_MAX = 4;

    private final KeyHash hash;
    private Segment[] segments = emptySegments();
    private long nowMillis;
    private long entryBytes;
    private long expired;

    private Segment segment;
    private int tag;

    private int sweptSegment;
    private int sweptSlot;

    /** An empty store. */
    public KeyValueStore(KeyHash hash) {
        this.hash = hash;
    }

    /** Sets the time, in milliseconds since the epoch, by which keys expire from now on. */
    public void now(long millis) {
        nowMillis = millis;
    }

    /** How many keys there are, expired ones that nobody came across included. */
    public long size() {
        long size = 0;
        for (Segment each : segments) {
            size += each.size();
        }
        return size;
    }

    /** How many keys have an expiry. */
    public long expiring() {
        long expiring = 0;
        for (Segment each : segments) {
            expiring += each.expiring();
        }
        return expiring;
    }

    /** How many keys expired since the store was made. */
    public long expired() {
        return expired;
    }

    /** About how many bytes of memory the keys and values take. */
    public long usedBytes() {
        return entryBytes;
    }

    /** The entry of this key, or null. */
    public byte[] find(ByteBuf key, int offset, int length) {
        int slot = locate(key, offset, length);
        return slot < 0 ? null : segment.entry(slot);
    }

    /**
     * Makes sure that the key is there and that its value has this length. The value's bytes are undefined; the caller
     * writes them into the entry at once.
     *
     * @param expiry when the key expires, in milliseconds since the epoch, {@link Entry#NO_EXPIRY} or
     *     {@link #KEEP_EXPIRY}
     */
    public byte[] reserve(ByteBuf key, int offset, int length, int valueLength, long expiry) {
        payForExpiry(expiry);
        int slot = locate(key, offset, length);
        if (slot < 0) {
            slot = add(key, offset, length, valueLength);
        }
        byte[] entry = segment.entry(slot);
        if (!Entry.fits(entry, valueLength)) {
            byte[] other = Entry.create(key, offset, length, valueLength);
            Entry.expiry(other, Entry.expiry(entry));
            entry = replace(slot, entry, other);
        }
        Entry.valueLength(entry, valueLength);
        if (expiry > Entry.NO_EXPIRY || expiry == Entry.NO_EXPIRY && segment.mayExpire(slot)) {
            segment.expiry(slot, expiry);
        }
        return entry;
    }

    /**
     * Makes the value of this key longer, keeping its bytes and its expiry; a key that is not there begins empty. The new
     * bytes are undefined; the caller writes them into the entry at once. Room is made for half as much again, so that
     * a value which grows in small steps is copied seldom.
     */
    public byte[] extend(ByteBuf key, int offset, int length, int addedLength) {
        int slot = locate(key, offset, length);
        if (slot < 0) {
            slot = add(key, offset, length, 0);
        }
        byte[] entry = segment.entry(slot);
        int valueLength = Entry.valueLength(entry) + addedLength;
        if (valueLength > Entry.room(entry)) {
            entry = replace(slot, entry, Entry.copy(entry, valueLength + valueLength / 2));
        }
        Entry.valueLength(entry, valueLength);
        return entry;
    }

    /** Removes a key. Returns whether it was there. */
    public boolean remove(ByteBuf key, int offset, int length) {
        int slot = locate(key, offset, length);
        if (slot < 0) {
            return false;
        }
        remove(segment, slot);
        return true;
    }

    /**
     * Sets when a key expires, or with {@link Entry#NO_EXPIRY} that it does not. A moment in the past is allowed. Returns
     * whether the key was there.
     */
    public boolean expireAt(ByteBuf key, int offset, int length, long millis) {
        payForExpiry(millis);
        int slot = locate(key, offset, length);
        if (slot < 0) {
            return false;
        }
        segment.expiry(slot, millis);
        return true;
    }

    /** Removes all keys. */
    public void clear() {
        segments = emptySegments();
        entryBytes = 0;
        sweptSegment = 0;
        sweptSlot = 0;
    }

    /**
     * Looks at the next {@code slots} slots for expired keys and removes them, going on where the last call stopped.
     * A segment without a key that may expire is passed over and counts as one slot.
     *
     * @return how many keys it removed
     */
    public int removeExpired(int slots) {
        int removed = 0;
        // The segment it begins in is passed twice, because it may begin in its middle.
        int segmentsLeft = segments.length + 1;
        for (int left = slots; left > 0 && segmentsLeft > 0; left--) {
            Segment swept = segments[sweptSegment];
            if (swept.expiring() > 0 && sweptSlot < swept.slots()) {
                removed += sweep(swept) ? 1 : 0;
            } else {
                sweptSegment = sweptSegment + 1 & segments.length - 1;
                sweptSlot = 0;
                segmentsLeft--;
            }
        }
        return removed;
    }

    /** Looks at one slot. Returns whether it removed what was there; another entry may have taken the place then. */
    private boolean sweep(Segment swept) {
        if (!isExpired(swept, sweptSlot)) {
            sweptSlot++;
            return false;
        }
        int slots = swept.slots();
        removeExpired(swept, sweptSlot);
        // In a table that shrinks, entries not looked at yet move to slots that were.
        sweptSlot = swept.slots() < slots ? 0 : sweptSlot;
        return true;
    }

    /** How many slots {@link #removeExpired} has to look at to have looked at all. */
    public long slots() {
        long slots = 0;
        for (Segment each : segments) {
            slots += each.slots();
        }
        return slots;
    }

    /**
     * One step of a walk through all keys. A key that is there from the first step to the last is visited at least
     * once, whatever is added, removed or resized between steps: the cursor is a place in the order of hashes, which
     * never changes, and all keys with a home are visited in the same step.
     *
     * @param cursor what the last step returned, 0 for the first
     * @param count about how many keys to visit
     * @return the cursor of the next step, 0 when this was the last
     */
    public long scan(long cursor, int count, Consumer<byte[]> visitor) {
        long at = cursor & (1L << SEGMENT_BITS + Segment.HASH_BITS) - 1;
        Counter counter = new Counter(visitor);
        // Most homes of a table that has shrunk are empty; they count a little too, so that a step stays short.
        for (long homesLeft = 10L * count; homesLeft > 0 && counter.visited < count; ) {
            int index = (int) (at >>> Segment.HASH_BITS);
            if (index == segments.length) {
                return 0;
            }
            long begin = (long) index << Segment.HASH_BITS;
            if (segments[index].size() == 0) {
                at = begin + (1L << Segment.HASH_BITS);
            } else {
                at = begin + segments[index].visitHome((int) (at - begin), counter);
                homesLeft--;
            }
        }
        return at >>> Segment.HASH_BITS == segments.length ? 0 : at;
    }

    /** Visits every key that has not expired. */
    public void visitAll(Consumer<byte[]> visitor) {
        Counter counter = new Counter(visitor);
        for (Segment each : segments) {
            each.visitAll(counter);
        }
    }

    /** Hands on entries that have not expired, and counts them. */
    private final class Counter implements Consumer<byte[]> {
        private final Consumer<byte[]> visitor;
        private long visited;

        Counter(Consumer<byte[]> visitor) {
            this.visitor = visitor;
        }

        @Override
        public void accept(byte[] entry) {
            long expiry = Entry.expiry(entry);
            if (expiry == Entry.NO_EXPIRY || expiry > nowMillis) {
                visited++;
                visitor.accept(entry);
            }
        }
    }

    long hash(ByteBuf key, int offset, int length) {
        return hash.hash(key, offset, length);
    }

    Segment segmentOf(long hashed) {
        return segments[(int) (hashed >>> Long.SIZE - SEGMENT_BITS)];
    }

    static int tagOf(long hashed) {
        return Segment.tag((int) (hashed >>> Long.SIZE - SEGMENT_BITS - Segment.HASH_BITS));
    }

    /** Leaves the key's segment and tag in their fields. Returns the key's slot, or -1. */
    private int locate(ByteBuf key, int offset, int length) {
        long hashed = hash(key, offset, length);
        segment = segmentOf(hashed);
        tag = tagOf(hashed);
        int slot = segment.find(tag, key, offset, length);
        if (slot >= 0 && isExpired(segment, slot)) {
            removeExpired(segment, slot);
            return -1;
        }
        return slot;
    }

    /**
     * Whoever makes a key that will expire looks at a few slots first, and at more while there is something to remove, so
     * that expired keys cannot pile up.
     */
    private void payForExpiry(long expiry) {
        if (expiry <= Entry.NO_EXPIRY) {
            return;
        }
        for (int steps = 0; steps < SWEEP_STEPS_MAX; steps++) {
            if (removeExpired(SLOTS_PER_STEP) == 0) {
                return;
            }
        }
    }

    /** Adds the key that {@link #locate} did not find, with an empty value. Returns its slot. */
    private int add(ByteBuf key, int offset, int length, int room) {
        byte[] entry = Entry.create(key, offset, length, room);
        int slot = segment.add(tag, entry);
        entryBytes += entry.length + OVERHEAD_BYTES;
        return slot;
    }

    private byte[] replace(int slot, byte[] entry, byte[] other) {
        segment.replace(slot, other);
        entryBytes += other.length - entry.length;
        return other;
    }

    private void remove(Segment from, int slot) {
        entryBytes -= from.entry(slot).length + OVERHEAD_BYTES;
        from.remove(slot);
    }

    private void removeExpired(Segment from, int slot) {
        remove(from, slot);
        expired++;
    }

    private boolean isExpired(Segment in, int slot) {
        return in.mayExpire(slot) && Entry.expiry(in.entry(slot)) <= nowMillis;
    }

    private static Segment[] emptySegments() {
        Segment[] segments = new Segment[1 << SEGMENT_BITS];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = new Segment();
        }
        return segments;
    }
}
