package dev.tandem.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which buffer a pipeline gets its message in. The thread of the test is the loop. */
class ReadBufferTest {

    private static final ByteBufAllocator POOL = PooledByteBufAllocator.DEFAULT;

    private final ReadBuffer buffer = ReadBuffer.join();
    private ByteBuf last;

    @AfterEach
    void nothingIsKeptOnceThereIsNoPipeline() {
        buffer.leave();
        assertThat(last.refCnt())
                .as("references to the last message when the last pipeline has left")
                .isZero();
    }

    @Test
    void aMessageThatWasReleasedMakesRoomForTheNext() {
        ByteBuf first = readAndReleased("first", POOL);
        ByteBuf second = read("2nd", POOL);

        assertThat(second).isSameAs(first);
        assertThat(text(second)).isEqualTo("2nd");
        released(second);
    }

    @Test
    void itIsKeptWhileThereIsAnotherPipeline() {
        ByteBuf first = readAndReleased("first", POOL);
        ReadBuffer.join().leave();

        assertThat(readAndReleased("2nd", POOL)).isSameAs(first);
    }

    @Test
    void whatAHandlerKeptIsLeftToIt() {
        ByteBuf first = read("first", POOL);
        ByteBuf kept = first.readRetainedSlice(3);
        released(first);
        ByteBuf second = readAndReleased("second", POOL);

        assertThat(second).isNotSameAs(first);
        assertThat(text(kept)).isEqualTo("fir");
        assertThat(kept.release()).isTrue();
    }

    @Test
    void aLargerMessageHasRoomAndIsNotKept() {
        readAndReleased("small", POOL);
        ByteBuf large = read("x".repeat(100_000), POOL);
        assertThat(text(large)).isEqualTo("x".repeat(100_000));
        released(large);

        assertThat(large.refCnt()).isZero();
    }

    @Test
    void anotherAllocatorIsAskedForItsOwn() {
        ByteBuf pooled = readAndReleased("pooled", POOL);
        ByteBuf unpooled = readAndReleased("unpooled", UnpooledByteBufAllocator.DEFAULT);

        assertThat(unpooled.alloc()).isSameAs(UnpooledByteBufAllocator.DEFAULT);
        assertThat(pooled.refCnt()).isZero();
    }

    private ByteBuf readAndReleased(String text, ByteBufAllocator allocator) {
        ByteBuf message = read(text, allocator);
        released(message);
        return message;
    }

    private ByteBuf read(String text, ByteBufAllocator allocator) {
        last = buffer.copyOf(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII), allocator);
        return last;
    }

    /** The handlers have released it, and the pipeline has returned. */
    private void released(ByteBuf message) {
        message.release();
        buffer.giveBack(message);
    }

    private static String text(ByteBuf bytes) {
        return bytes.toString(StandardCharsets.US_ASCII);
    }
}
