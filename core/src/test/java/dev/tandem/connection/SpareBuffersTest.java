package dev.tandem.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpareBuffersTest {

    private static final int KEPT_MAX = 8;
    private static final int KEPT_BYTES_MAX = 16 * 1024;

    private final SpareBuffers buffers = new SpareBuffers(UnpooledByteBufAllocator.DEFAULT);

    @Test
    void aBufferThatCameBackIsTakenAgainAndIsEmpty() {
        ByteBuf first = buffers.take(0).writeZero(3_000);
        first.skipBytes(1_000);
        buffers.giveBack(first);

        ByteBuf second = buffers.take(100);
        assertThat(second).isSameAs(first);
        assertThat(second.readerIndex()).isZero();
        assertThat(second.writerIndex()).isZero();
        assertThat(second.capacity()).isGreaterThanOrEqualTo(3_000);
        assertThat(buffers.take(0)).as("while it is taken").isNotSameAs(second);
    }

    @Test
    void aBufferThatSomebodyElseRefersToIsNotUsedAgain() {
        ByteBuf shared = buffers.take(0).retain();
        buffers.giveBack(shared);

        assertThat(shared.refCnt()).isEqualTo(1);
        assertThat(buffers.take(0)).isNotSameAs(shared);
    }

    @Test
    void aLargeBufferIsNotKept() {
        ByteBuf large = buffers.take(KEPT_BYTES_MAX + 1);
        buffers.giveBack(large);
        assertThat(large.refCnt()).isZero();
    }

    @Test
    void aKeptBufferIsNotGivenToWhoeverNeedsALargeOne() {
        ByteBuf small = buffers.take(0);
        buffers.giveBack(small);

        ByteBuf large = buffers.take(KEPT_BYTES_MAX + 1);
        assertThat(large).isNotSameAs(small);
        assertThat(large.capacity()).isGreaterThan(KEPT_BYTES_MAX);
    }

    @Test
    void onlyAFewAreKeptAndTheseAreReleasedInTheEnd() {
        List<ByteBuf> taken = new ArrayList<>();
        for (int i = 0; i < KEPT_MAX + 1; i++) {
            taken.add(buffers.take(0));
        }
        taken.forEach(buffers::giveBack);
        assertThat(taken).filteredOn(each -> each.refCnt() == 1).hasSize(KEPT_MAX);

        buffers.release();
        assertThat(taken).allMatch(each -> each.refCnt() == 0);
    }
}
