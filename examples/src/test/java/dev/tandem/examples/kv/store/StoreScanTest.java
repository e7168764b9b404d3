package dev.tandem.examples.kv.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StoreScanTest {

    private static final KeyHash SAME_FOR_ALL = (bytes, offset, length) -> 0x123456789abcdefL;

    private final TextStore store = new TextStore(SipHash.random());

    @Test
    void scanReturnsEveryKeyThatIsThereThroughout() {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            TextStore scanned = new TextStore(round % 10 == 0 ? SAME_FOR_ALL : SipHash.random());
            int stable = round % 10 == 0 ? 100 : 1 + random.nextInt(3_000);
            Set<String> expected = new HashSet<>();
            for (int i = 0; i < stable; i++) {
                scanned.set("stable" + i, "v");
                expected.add("stable" + i);
            }
            int passing = random.nextInt(round % 10 == 0 ? 200 : 10_000);
            boolean removing = round % 2 == 0;
            for (int i = 0; removing && i < passing; i++) {
                scanned.set("passing" + i, "v");
            }
            assertThat(scanWhileChanging(scanned, passing, removing, random))
                    .as("repeat with -Dtandem.seed=%d", seed)
                    .containsAll(expected);
        }
    }

    /** Adds or removes the passing keys between the steps of a scan, so that tables are resized under it. */
    private static Set<String> scanWhileChanging(TextStore store, int passing, boolean removing, Random random) {
        Set<String> seen = new HashSet<>();
        int changed = 0;
        long cursor = 0;
        do {
            cursor = store.store.scan(cursor, 1 + random.nextInt(50), entry -> seen.add(TextStore.key(entry)));
            for (int i = random.nextInt(400); i > 0 && changed < passing; i--, changed++) {
                if (removing) {
                    store.remove("passing" + changed);
                } else {
                    store.set("passing" + changed, "v");
                }
            }
        } while (cursor != 0);
        return seen;
    }

    @Test
    void scanOfAStoreAtRestReturnsEachKeyOnce() {
        for (int i = 0; i < 5_000; i++) {
            store.set("k" + i, "v");
        }
        List<String> seen = new ArrayList<>();
        long cursor = 0;
        int steps = 0;
        do {
            cursor = store.store.scan(cursor, 10, entry -> seen.add(TextStore.key(entry)));
            steps++;
        } while (cursor != 0);
        assertThat(seen).hasSize(5_000).doesNotHaveDuplicates();
        assertThat(steps).isBetween(100, 1_000);
    }

    @Test
    void scanOfFewKeysTakesFewSteps() {
        assertThat(store.store.scan(0, 10, entry -> {})).isZero();
        store.set("a", "1");
        store.set("b", "2");
        assertThat(store.store.scan(0, 10, entry -> {})).isZero();
    }

    @Test
    void anyCursorIsHarmless() {
        for (int i = 0; i < 1_000; i++) {
            store.set("k" + i, "v");
        }
        for (long cursor : new long[] {1, 12345, 1L << 37, 1L << 38, Long.MAX_VALUE, -1}) {
            store.store.scan(cursor, 10, entry -> {});
        }
    }
}
