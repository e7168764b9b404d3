package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.Decimal;
import dev.tandem.examples.kv.resp.KeysAhead;
import dev.tandem.examples.kv.store.KeyHash;
import dev.tandem.examples.kv.store.KeyValueStore;
import dev.tandem.examples.kv.store.Prefetch;
import dev.tandem.examples.kv.store.SipHash;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What all connections share. One lock guards everything in here: a session takes it once for each chunk of bytes it
 * executes, so on one loop it is never contended, and on several loops every command is still atomic.
 */
final class KvEngine {

    static final int DATABASES = 16;

    private static final int SLOTS_PER_TICK_MIN = 4096;
    private static final int SLOTS_PER_TICK_MAX = 65_536;
    private static final int TICKS_PER_SWEEP = 64;
    private static final int FOUND_KEPT_MAX = 1024;

    final KvSettings settings;
    final Channels channels;
    final KvStats stats;

    // What handlers need while they run; a handler runs under the lock and to its end.
    final Decimal decimal = new Decimal();
    final byte[] digits = new byte[Decimal.LENGTH_MAX];
    final SetOptions setOptions = new SetOptions();
    private final KeysAhead keysAhead = new KeysAhead();
    private final Prefetch prefetch = new Prefetch(KeysAhead.COMMANDS_MAX);

    /** Entries that the command which runs collected. */
    List<byte[]> found = new ArrayList<>();

    private final KeyHash hash = SipHash.random();
    private final KeyValueStore[] databases = new KeyValueStore[DATABASES];
    private final Map<Long, KvSession> sessions = new LinkedHashMap<>();
    private final LongSupplier clock;
    private long nowMillis;
    private long lastSessionId;
    private boolean full;

    /**
     * An engine without keys.
     *
     * @param clock milliseconds since the epoch
     */
    KvEngine(KvSettings settings, LongSupplier clock) {
        this.settings = settings;
        this.clock = clock;
        channels = new Channels(hash);
        nowMillis = clock.getAsLong();
        stats = new KvStats(nowMillis);
    }

    /**
     * Begins a connection. The caller ends it with {@link KvSession#close}.
     *
     * @param outbox where messages for this connection go
     * @param peer the client's address, as clients read it in CLIENT LIST
     * @param local the server's
     */
    synchronized KvSession open(Outbox outbox, String peer, String local) {
        beginChunk();
        stats.connectionsReceived++;
        KvSession session = new KvSession(this, ++lastSessionId, outbox, peer, local);
        sessions.put(session.id(), session);
        return session;
    }

    /**
     * Removes some expired keys. Called about ten times a second, by any thread. A call looks at a 64th of the slots, but
     * at no more than 65,536 of a database, which bounds how long connections wait for it.
     */
    synchronized void tick() {
        beginChunk();
        for (KeyValueStore store : databases) {
            if (store != null) {
                long share = store.slots() / TICKS_PER_SWEEP;
                store.removeExpired((int) Math.min(SLOTS_PER_TICK_MAX, Math.max(SLOTS_PER_TICK_MIN, share)));
            }
        }
    }

    void forget(KvSession session) {
        sessions.remove(session.id());
    }

    Iterable<KvSession> sessions() {
        return sessions.values();
    }

    int sessionCount() {
        return sessions.size();
    }

    /** Time stands still, and memory is measured once, while a chunk of commands is executed. */
    void beginChunk() {
        nowMillis = clock.getAsLong();
        for (KeyValueStore store : databases) {
            if (store != null) {
                store.now(nowMillis);
            }
        }
        full = usedBytes() >= settings.memoryBytesMax();
    }

    long nowMillis() {
        return nowMillis;
    }

    /** The database of this index, made when it is first used. */
    KeyValueStore database(int index) {
        if (databases[index] == null) {
            databases[index] = new KeyValueStore(hash);
            databases[index].now(nowMillis);
        }
        return databases[index];
    }

    /** Whether anything was ever put into the database. */
    boolean hasDatabase(int index) {
        return databases[index] != null;
    }

    /**
     * Prepares for the commands that begin at the reader index, if they are several and of the common kind.
     *
     * @return for how many
     */
    int lookAhead(ByteBuf in, KeyValueStore store) {
        int commands = keysAhead.look(in);
        if (commands > 1) {
            for (int i = 0; i < commands; i++) {
                prefetch.add(store, in, keysAhead.offset(i), keysAhead.length(i));
            }
            prefetch.read();
        }
        return commands;
    }

    /** An empty list for {@link #found}, also when the last command failed before it gave it back. */
    List<byte[]> beginFinding() {
        releaseFound();
        return found;
    }

    void releaseFound() {
        if (found.size() > FOUND_KEPT_MAX) {
            found = new ArrayList<>();
        }
        found.clear();
    }

    void clearAll() {
        for (KeyValueStore store : databases) {
            if (store != null) {
                store.clear();
            }
        }
    }

    /** Whether commands that may need memory are refused. Deletions count at once, additions from the next chunk on. */
    boolean isFull() {
        full = full && usedBytes() >= settings.memoryBytesMax();
        return full;
    }

    long usedBytes() {
        long used = 0;
        for (KeyValueStore store : databases) {
            if (store != null) {
                used += store.usedBytes();
            }
        }
        return used;
    }

    long expired() {
        long expired = 0;
        for (KeyValueStore store : databases) {
            if (store != null) {
                expired += store.expired();
            }
        }
        return expired;
    }
}
