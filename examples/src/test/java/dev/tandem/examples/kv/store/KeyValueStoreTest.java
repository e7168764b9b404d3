package dev.tandem.examples.kv.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.Test;

class KeyValueStoreTest {

    private final TextStore store = new TextStore(SipHash.random());

    @Test
    void keysExpireAtTheirMoment() {
        store.store.now(1_000);
        store.set("k", "v");
        assertThat(store.expireAt("k", 1_100)).isTrue();
        store.store.now(1_099);
        assertThat(store.get("k")).isEqualTo("v");
        store.store.now(1_100);
        assertThat(store.get("k")).isNull();
        assertThat(store.store.size()).isZero();
        assertThat(store.store.expired()).isEqualTo(1);
        assertThat(store.remove("k")).isFalse();
    }

    @Test
    void settingAValueSetsKeepsOrEndsItsExpiry() {
        ByteBuf key = TextStore.bytes("k");
        assertThat(Entry.expiry(store.store.reserve(key, 0, 1, 1, 100))).isEqualTo(100);
        assertThat(store.store.expiring()).isEqualTo(1);
        byte[] kept = store.store.reserve(key, 0, 1, 1_000, KeyValueStore.KEEP_EXPIRY);
        assertThat(Entry.expiry(kept)).isEqualTo(100);
        byte[] changed = store.store.reserve(key, 0, 1, 1_000, 200);
        assertThat(Entry.expiry(changed)).isEqualTo(200);
        assertThat(store.store.expiring()).isEqualTo(1);
        byte[] ended = store.store.reserve(key, 0, 1, 1, Entry.NO_EXPIRY);
        assertThat(Entry.expiry(ended)).isEqualTo(Entry.NO_EXPIRY);
        assertThat(store.store.expiring()).isZero();
    }

    @Test
    void expiredKeysAreRemovedWithoutBeingLookedUp() {
        for (int i = 0; i < 10_000; i++) {
            store.set("k" + i, "v");
            store.expireAt("k" + i, i % 2 == 0 ? 100 : 200);
        }
        store.store.now(100);
        int removed = 0;
        for (int i = 0; i < 100; i++) {
            removed += store.store.removeExpired(1000);
        }
        assertThat(removed).isEqualTo(5_000);
        assertThat(store.store.size()).isEqualTo(5_000);
    }

    @Test
    void aSweepLooksAtNoMoreSlotsThanAllowed() {
        for (int i = 0; i < 1_000; i++) {
            store.set("k" + i, "v");
            store.expireAt("k" + i, 100);
        }
        store.store.now(100);
        assertThat(store.store.removeExpired(10)).isLessThanOrEqualTo(10);
        assertThat(store.store.size()).isGreaterThanOrEqualTo(990);
    }

    @Test
    void writesThatExpireKeepExpiredKeysFromPilingUp() {
        for (int i = 0; i < 200_000; i++) {
            store.store.now(i);
            store.set("k" + i, "v");
            store.expireAt("k" + i, i + 1_000);
        }
        assertThat(store.store.size()).isLessThan(3_000);
    }

    @Test
    void valuesOfTheSameSizeAreWrittenInPlace() {
        store.set("k", "1234567890");
        byte[] entry = store.store.find(TextStore.bytes("k"), 0, 1);
        store.set("k", "0987654321");
        assertThat(store.store.find(TextStore.bytes("k"), 0, 1)).isSameAs(entry);
        assertThat(store.get("k")).isEqualTo("0987654321");
    }

    @Test
    void aLongValueLeavesNoRoomBehindWhenItIsReplaced() {
        store.set("k", "v".repeat(100_000));
        store.set("k", "v");
        assertThat(store.store.usedBytes()).isLessThan(200);
    }

    @Test
    void usedBytesFollowTheKeysAndValues() {
        store.set("k", "v".repeat(1_000));
        assertThat(store.store.usedBytes()).isBetween(1_000L, 1_100L);
        store.remove("k");
        assertThat(store.store.usedBytes()).isZero();
        store.set("k", "v");
        store.store.clear();
        assertThat(store.store.usedBytes()).isZero();
        assertThat(store.store.size()).isZero();
    }

    @Test
    void manyKeysAreAllThere() {
        for (int i = 0; i < 300_000; i++) {
            store.set("key:" + i, Integer.toString(i));
        }
        assertThat(store.store.size()).isEqualTo(300_000);
        for (int i = 0; i < 300_000; i++) {
            assertThat(store.get("key:" + i)).isEqualTo(Integer.toString(i));
        }
    }
}
