package dev.tandem.examples.kv.store;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * One part of a store: a hash table with open addressing and linear probing.
 *
 * <p>A slot's tag is 0 when the slot is empty, otherwise the entry's hash in the upper 30 bits and two flags below. An
 * entry's home is the slot that the <em>upper</em> bits of its tag name; it stands there or in the first slot behind
 * that was empty. Tables of every size therefore have their homes in the same order, that of the hashes. So resizing is
 * one walk from front to back, and a scan can say how far it came with a hash, whatever happens to the table between
 * two steps.
 *
 * <p>Probing never wraps round: the slots behind the last home are for entries pushed over the end, and are made more
 * when the last of them is taken. There is always an empty slot at the end.
 */
final class Segment {

    /** Bits of a hash that a segment sees. */
    static final int HASH_BITS = 30;

    private static final int OCCUPIED = 1;
    private static final int EXPIRES = 2;
    private static final int FLAG_BITS = 2;
    private static final int SPARE_SLOTS = 8;
    private static final int BITS_MIN = 3;
    private static final int BITS_MAX = 29;

    private int bits = BITS_MIN;
    private int[] tags = new int[(1 << BITS_MIN) + SPARE_SLOTS];
    private byte[][] entries = new byte[tags.length][];
    private int size;
    private int expiring;

    /** The tag of an entry with this hash, of which the lower 30 bits count. */
    static int tag(int hash) {
        return hash << FLAG_BITS | OCCUPIED;
    }

    int size() {
        return size;
    }

    /** How many entries may expire. */
    int expiring() {
        return expiring;
    }

    int slots() {
        return tags.length;
    }

    /** The slot of this key, or -1. */
    int find(int tag, ByteBuf key, int offset, int length) {
        int[] tags = this.tags;
        for (int slot = home(tag); ; slot++) {
            int found = tags[slot];
            if (found == 0) {
                return -1;
            }
            if ((found ^ tag) >>> FLAG_BITS == 0 && Entry.hasKey(entries[slot], key, offset, length)) {
                return slot;
            }
        }
    }

    /** Reads the slot that the search for this tag begins with. What it returns is of no use. */
    int touchHome(int tag) {
        int home = home(tag);
        return tags[home] + (entries[home] == null ? 0 : 1);
    }

    /** Reads the beginning and the end of an entry that probably is the one searched for. What it returns is of no use. */
    int touchEntry(int tag) {
        for (int slot = home(tag); tags[slot] != 0; slot++) {
            if ((tags[slot] ^ tag) >>> FLAG_BITS == 0) {
                byte[] entry = entries[slot];
                return entry[0] + entry[entry.length - 1];
            }
        }
        return 0;
    }

    byte[] entry(int slot) {
        return entries[slot];
    }

    boolean isOccupied(int slot) {
        return tags[slot] != 0;
    }

    boolean mayExpire(int slot) {
        return (tags[slot] & EXPIRES) != 0;
    }

    /** Sets the entry's expiry, or removes it. */
    void expiry(int slot, long millis) {
        boolean expires = millis != Entry.NO_EXPIRY;
        expiring += (expires ? 1 : 0) - (mayExpire(slot) ? 1 : 0);
        tags[slot] = expires ? tags[slot] | EXPIRES : tags[slot] & ~EXPIRES;
        Entry.expiry(entries[slot], millis);
    }

    /** Puts another entry with the same key, and the same expiry, into a slot. */
    void replace(int slot, byte[] entry) {
        entries[slot] = entry;
    }

    /** Adds an entry without expiry whose key is not there yet. Returns its slot. */
    int add(int tag, byte[] entry) {
        if (size >= fullSize(bits) && bits < BITS_MAX) {
            resize(bits + 1);
        }
        size++;
        return place(tag, entry);
    }

    /** Removes the entry of a slot and closes the gap, so that a slot the next entry moved to is looked at again. */
    void remove(int slot) {
        size--;
        expiring -= mayExpire(slot) ? 1 : 0;
        int gap = slot;
        for (int next = slot + 1; tags[next] != 0; next++) {
            if (home(tags[next]) <= gap) {
                tags[gap] = tags[next];
                entries[gap] = entries[next];
                gap = next;
            }
        }
        tags[gap] = 0;
        entries[gap] = null;
        // Well below what growing leaves behind, so that a size which goes up and down by a few does not resize each
        // time.
        if (size < fullSize(bits) / 8 && bits > BITS_MIN) {
            resize(bits - 1);
        }
    }

    /**
     * Visits all entries that share the home which this hash belongs to.
     *
     * @return the first hash that belongs to the next home, 2^30 after the last
     */
    int visitHome(int hash, Consumer<byte[]> visitor) {
        int home = hash >>> HASH_BITS - bits;
        for (int slot = home; tags[slot] != 0; slot++) {
            if (home(tags[slot]) == home) {
                visitor.accept(entries[slot]);
            }
        }
        return home + 1 << HASH_BITS - bits;
    }

    void visitAll(Consumer<byte[]> visitor) {
        for (int slot = 0; slot < tags.length; slot++) {
            if (tags[slot] != 0) {
                visitor.accept(entries[slot]);
            }
        }
    }

    private int home(int tag) {
        return tag >>> Integer.SIZE - bits;
    }

    private static int fullSize(int bits) {
        return (1 << bits) / 8 * 5;
    }

    private int place(int tag, byte[] entry) {
        int slot = home(tag);
        while (tags[slot] != 0) {
            slot++;
        }
        if (slot == tags.length - 1) {
            addSpareSlots();
        }
        tags[slot] = tag;
        entries[slot] = entry;
        return slot;
    }

    /** Doubling the spare slots keeps this cheap even for a table whose entries all have the same hash. */
    private void addSpareSlots() {
        int spare = tags.length - (1 << bits);
        byte[][] longer = Arrays.copyOf(entries, entries.length + spare);
        tags = Arrays.copyOf(tags, tags.length + spare);
        entries = longer;
    }

    private void resize(int newBits) {
        int[] oldTags = tags;
        byte[][] oldEntries = entries;
        // Both arrays first: when there is no memory for the second, the table is still whole.
        int[] newTags = new int[(1 << newBits) + SPARE_SLOTS];
        byte[][] newEntries = new byte[newTags.length][];
        tags = newTags;
        entries = newEntries;
        bits = newBits;
        for (int slot = 0; slot < oldTags.length; slot++) {
            if (oldTags[slot] != 0) {
                place(oldTags[slot], oldEntries[slot]);
            }
        }
    }
}
