package dev.tandem.examples.kv.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random steps on a store and on a map, which must agree; with a good hash and with the worst ones. */
class StoreModelTest {

    private static final int PREFETCHED = 4;

    private final long seed = Long.getLong("tandem.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, Expected> model = new HashMap<>();
    private long now = 1;
    private final Prefetch prefetch = new Prefetch(PREFETCHED);
    private TextStore store;

    /** What the map knows of a key. */
    private record Expected(String value, long expiry) {

        boolean isLive(long now) {
            return expiry == Entry.NO_EXPIRY || expiry > now;
        }
    }

    @Test
    void behavesLikeAMap() {
        run(SipHash.random(), 400_000, 3_000);
    }

    @Test
    void behavesLikeAMapWhenAllKeysCollide() {
        run((bytes, offset, length) -> 0x123456789abcdefL, 20_000, 300);
    }

    @Test
    void behavesLikeAMapWhenHashesAreAtTheEndOfTheTable() {
        run((bytes, offset, length) -> -1L << 36 | -1L >>> bytes.getByte(offset) % 4, 20_000, 300);
    }

    private void run(KeyHash hash, int steps, int keys) {
        store = new TextStore(hash);
        for (int step = 0; step < steps; step++) {
            // Phases of mostly adding and mostly removing let the tables grow and shrink.
            boolean growing = step * 8L / steps % 2 == 0;
            String key = "k".repeat(random.nextInt(12)) + random.nextInt(keys);
            Expected before = model.get(key);
            if (before != null && !before.isLive(now)) {
                model.remove(key);
                before = null;
            }
            prefetch.add(store.store, TextStore.bytes(key), 0, key.length());
            if (step % PREFETCHED == PREFETCHED - 1) {
                prefetch.read();
            }
            step(key, before, growing);
        }
        assertSameInTheEnd();
    }

    private void step(String key, Expected before, boolean growing) {
        String value = "v".repeat(random.nextInt(100));
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                if (growing || random.nextInt(4) == 0) {
                    store.set(key, value);
                    model.put(key, new Expected(value, Entry.NO_EXPIRY));
                }
            }
            case 3, 4, 5 -> {
                if (!growing || random.nextInt(4) == 0) {
                    assertThat(store.remove(key)).as(hint()).isEqualTo(model.remove(key) != null);
                }
            }
            case 6 -> append(key, before, value);
            case 7 -> expire(key, before);
            case 8 -> {
                now += random.nextInt(3);
                store.store.now(now);
                store.store.removeExpired(random.nextInt(10));
            }
            default -> assertThat(store.get(key)).as(hint()).isEqualTo(before == null ? null : before.value);
        }
    }

    private void append(String key, Expected before, String more) {
        store.append(key, more);
        Expected after =
                before == null ? new Expected(more, Entry.NO_EXPIRY) : new Expected(before.value + more, before.expiry);
        model.put(key, after);
    }

    private void expire(String key, Expected before) {
        long expiry = random.nextInt(3) == 0 ? Entry.NO_EXPIRY : now + random.nextInt(1000);
        assertThat(store.expireAt(key, expiry)).as(hint()).isEqualTo(before != null);
        if (before != null) {
            model.put(key, new Expected(before.value, expiry));
        }
    }

    private void assertSameInTheEnd() {
        model.values().removeIf(expected -> !expected.isLive(now));
        assertThat(store.all()).as(hint()).isEqualTo(model.keySet());
        model.forEach((key, expected) -> assertThat(store.get(key)).as(hint()).isEqualTo(expected.value));
        store.store.removeExpired(Integer.MAX_VALUE);
        assertThat(store.store.size()).as(hint()).isEqualTo(model.size());
        assertThat(store.store.expiring())
                .as(hint())
                .isEqualTo(model.values().stream()
                        .filter(expected -> expected.expiry != Entry.NO_EXPIRY)
                        .count());
        model.keySet().forEach(store::remove);
        assertThat(store.store.usedBytes()).as(hint()).isZero();
    }

    private String hint() {
        return "repeat with -Dtandem.seed=" + seed;
    }
}
