package dev.tandem.examples.kv;

import dev.tandem.examples.kv.store.KeyHash;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Who listens to which channel. Guarded by the engine's lock. */
final class Channels {

    private final KeyHash hash;
    private final Map<Name, Set<KvSession>> subscribers = new HashMap<>();

    /** Channels whose names hash under the given hash, since clients choose the names. */
    Channels(KeyHash hash) {
        this.hash = hash;
    }

    /** A channel's name. */
    static final class Name {
        final byte[] bytes;
        private final int hash;

        Name(byte[] bytes, int hash) {
            this.bytes = bytes;
            this.hash = hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Name name && Arrays.equals(bytes, name.bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    Name name(ByteBuf bytes, int offset, int length) {
        byte[] copy = new byte[length];
        bytes.getBytes(offset, copy);
        return new Name(copy, (int) hash.hash(bytes, offset, length));
    }

    void subscribe(KvSession session, Name channel) {
        if (session.subscriptions.add(channel)) {
            subscribers.computeIfAbsent(channel, name -> new LinkedHashSet<>()).add(session);
        }
    }

    void unsubscribe(KvSession session, Name channel) {
        if (session.subscriptions.remove(channel)) {
            removeSubscriber(session, channel);
        }
    }

    void unsubscribeAll(KvSession session) {
        for (Name channel : session.subscriptions) {
            removeSubscriber(session, channel);
        }
        session.subscriptions.clear();
    }

    Set<KvSession> subscribers(Name channel) {
        return subscribers.getOrDefault(channel, Set.of());
    }

    int count() {
        return subscribers.size();
    }

    long subscriberCount() {
        return subscribers.values().stream().flatMap(Set::stream).distinct().count();
    }

    private void removeSubscriber(KvSession session, Name channel) {
        Set<KvSession> left = subscribers.get(channel);
        left.remove(session);
        if (left.isEmpty()) {
            subscribers.remove(channel);
        }
    }
}
