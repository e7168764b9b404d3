package dev.tandem.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Which buffer a pipeline gets its message in. Each test is the loop of its own thread. */
class ReadBufferTest {

    private static final ByteBufAllocator POOL = PooledByteBufAllocator.DEFAULT;

    @Test
    void aMessageThatWasReleasedMakesRoomForTheNext() throws Exception {
        onItsOwnThread(buffer -> {
            ByteBuf first = buffer.copyOf(bytes("first"), POOL);
            first.release();
            buffer.giveBack(first);
            ByteBuf second = buffer.copyOf(bytes("2nd"), POOL);

            assertThat(second).isSameAs(first);
            assertThat(second.toString(StandardCharsets.US_ASCII)).isEqualTo("2nd");
            second.release();
            buffer.giveBack(second);
            return second;
        });
    }

    @Test
    void whatAHandlerKeptIsLeftToIt() throws Exception {
        ByteBuf kept = onItsOwnThread(
                buffer -> {
                    ByteBuf first = buffer.copyOf(bytes("first"), POOL);
                    ByteBuf slice = first.readRetainedSlice(3);
                    first.release();
                    buffer.giveBack(first);
                    ByteBuf second = buffer.copyOf(bytes("second"), POOL);

                    assertThat(second).isNotSameAs(first);
                    second.release();
                    buffer.giveBack(second);
                    return slice;
                },
                1);

        assertThat(kept.toString(StandardCharsets.US_ASCII)).isEqualTo("fir");
        assertThat(kept.release()).isTrue();
    }

    @Test
    void aLargerMessageHasRoomAndIsNotKept() throws Exception {
        onItsOwnThread(buffer -> {
            ByteBuf small = buffer.copyOf(bytes("small"), POOL);
            small.release();
            buffer.giveBack(small);
            ByteBuf large = buffer.copyOf(bytes("x".repeat(100_000)), POOL);
            assertThat(large.toString(StandardCharsets.US_ASCII)).isEqualTo("x".repeat(100_000));
            large.release();
            buffer.giveBack(large);

            assertThat(large.refCnt()).isZero();
            return large;
        });
    }

    @Test
    void anotherAllocatorIsAskedForItsOwn() throws Exception {
        onItsOwnThread(buffer -> {
            ByteBuf pooled = buffer.copyOf(bytes("pooled"), POOL);
            pooled.release();
            buffer.giveBack(pooled);
            ByteBuf unpooled = buffer.copyOf(bytes("unpooled"), UnpooledByteBufAllocator.DEFAULT);

            assertThat(unpooled.alloc()).isSameAs(UnpooledByteBufAllocator.DEFAULT);
            unpooled.release();
            buffer.giveBack(unpooled);
            assertThat(pooled.refCnt()).isZero();
            return unpooled;
        });
    }

    private interface Use {
        ByteBuf of(ReadBuffer buffer);
    }

    /** Afterwards the thread has ended, and the buffer that the use returned must have been released with it. */
    private static void onItsOwnThread(Use use) throws Exception {
        onItsOwnThread(use, 0);
    }

    private static ByteBuf onItsOwnThread(Use use, int references) throws Exception {
        FutureTask<ByteBuf> task = new FutureTask<>(() -> use.of(ReadBuffer.ofLoop()));
        Thread loop = new DefaultThreadFactory("loop").newThread(task);
        loop.start();
        loop.join();
        ByteBuf used = task.get();
        assertThat(used.refCnt())
                .as("references to the buffer when its loop has ended")
                .isEqualTo(references);
        return used;
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }
}
