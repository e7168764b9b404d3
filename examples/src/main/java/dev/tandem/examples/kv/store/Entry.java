package dev.tandem.examples.kv.store;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How a key, its value and its expiry stand in one {@code byte[]}: one object for the collector, and a lookup that has
 * compared the key has the value in its cache already.
 *
 * <pre>
 *   0        4          8            16     16+k          16+k+v
 *   | key: k | value: v | expiry, ms | key  | value       | room for a longer value |
 * </pre>
 *
 * <p>The array's length is a multiple of 8, which costs nothing because objects are aligned, and lets a key be compared
 * eight bytes at a time.
 */
public final class Entry {

    /** The expiry of a key that has none. */
    public static final long NO_EXPIRY = 0;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int KEY = 16;
    private static final int WASTE_ALLOWED = 64;

    private Entry() {}

    /** An entry with this key, no expiry, and a value of {@code room} bytes or up to seven more. */
    static byte[] create(ByteBuf key, int offset, int length, int room) {
        byte[] entry = new byte[KEY + length + room + 7 & ~7];
        INT.set(entry, 0, length);
        key.getBytes(offset, entry, KEY, length);
        return entry;
    }

    /** A copy with the same key, value and expiry, and room for a value of {@code room} bytes, at least as many as now. */
    static byte[] copy(byte[] entry, int room) {
        int used = valueOffset(entry) + valueLength(entry);
        byte[] copy = new byte[valueOffset(entry) + room + 7 & ~7];
        System.arraycopy(entry, 0, copy, 0, used);
        return copy;
    }

    /** Where the key begins. */
    public static int keyOffset() {
        return KEY;
    }

    /** The key's length in bytes. */
    public static int keyLength(byte[] entry) {
        return (int) INT.get(entry, 0);
    }

    /** Where the value begins. */
    public static int valueOffset(byte[] entry) {
        return KEY + keyLength(entry);
    }

    /** The value's length in bytes. */
    public static int valueLength(byte[] entry) {
        return (int) INT.get(entry, 4);
    }

    static void valueLength(byte[] entry, int length) {
        INT.set(entry, 4, length);
    }

    /** When the key expires, in milliseconds since the epoch, or {@link #NO_EXPIRY}. */
    public static long expiry(byte[] entry) {
        return (long) LONG.get(entry, 8);
    }

    static void expiry(byte[] entry, long millis) {
        LONG.set(entry, 8, millis);
    }

    /** The longest value that has room. */
    static int room(byte[] entry) {
        return entry.length - valueOffset(entry);
    }

    /** Whether a value of this length has room without leaving most of the entry unused. */
    static boolean fits(byte[] entry, int valueLength) {
        int room = room(entry);
        return valueLength <= room && room <= 2L * valueLength + WASTE_ALLOWED;
    }

    static boolean hasKey(byte[] entry, ByteBuf key, int offset, int length) {
        if (keyLength(entry) != length) {
            return false;
        }
        int words = length & ~7;
        for (int i = 0; i < words; i += 8) {
            if ((long) LONG.get(entry, KEY + i) != key.getLongLE(offset + i)) {
                return false;
            }
        }
        int rest = length - words;
        return rest == 0
                || ((long) LONG.get(entry, KEY + words) & Words.mask(rest)) == Words.load(key, offset + words, rest);
    }
}
