package dev.tandem.examples.kv.store;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** A store whose keys and values are text. */
final class TextStore {
    final KeyValueStore store;

    TextStore(KeyHash hash) {
        store = new KeyValueStore(hash);
    }

    void set(String key, String value) {
        byte[] entry = store.reserve(bytes(key), 0, key.length(), value.length(), Entry.NO_EXPIRY);
        write(entry, 0, value);
    }

    void append(String key, String more) {
        byte[] entry = store.extend(bytes(key), 0, key.length(), more.length());
        write(entry, Entry.valueLength(entry) - more.length(), more);
    }

    String get(String key) {
        byte[] entry = store.find(bytes(key), 0, key.length());
        return entry == null ? null : text(entry, Entry.valueOffset(entry), Entry.valueLength(entry));
    }

    boolean remove(String key) {
        return store.remove(bytes(key), 0, key.length());
    }

    boolean expireAt(String key, long millis) {
        return store.expireAt(bytes(key), 0, key.length(), millis);
    }

    Set<String> all() {
        Set<String> all = new HashSet<>();
        store.visitAll(entry -> all.add(key(entry)));
        return all;
    }

    private static void write(byte[] entry, int at, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, entry, Entry.valueOffset(entry) + at, bytes.length);
    }

    static ByteBuf bytes(String key) {
        return Unpooled.copiedBuffer(key, StandardCharsets.ISO_8859_1);
    }

    static String key(byte[] entry) {
        return text(entry, Entry.keyOffset(), Entry.keyLength(entry));
    }

    private static String text(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }
}
