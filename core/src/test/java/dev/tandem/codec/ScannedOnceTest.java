package dev.tandem.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An unfinished frame is looked through once, in however many pieces it arrives. */
class ScannedOnceTest {

    private static final int BYTES = 10_000;

    static List<Framing> framings() {
        return List.of(
                Lines.lf().maxFrame(BYTES),
                Delimited.by((byte) 0).maxFrame(BYTES),
                Delimited.by(Wire.bytes("'0123456789abcdef'")).maxFrame(BYTES),
                // All of the body but its last byte could be the beginning of the delimiter.
                Delimited.by(Wire.bytes("'aaaaaaaaaaaaaaab'")).maxFrame(BYTES));
    }

    @ParameterizedTest
    @MethodSource("framings")
    void aFrameThatArrivesByteByByteIsLookedThroughOnce(Framing framing) {
        CountingBuffer in = new CountingBuffer();
        in.writeBytes(Sending.frame(framing, Wire.repeated('a', BYTES)));
        int frameBytes = in.writerIndex();
        FrameReader reader = framing.newReader();
        for (int arrived = 1; arrived < frameBytes; arrived++) {
            assertThat(reader.read(in.writerIndex(arrived))).isEqualTo(FrameReader.INCOMPLETE);
        }
        assertThat(reader.read(in.writerIndex(frameBytes))).isEqualTo(BYTES);
        // One read a byte, and a few at the end of a line.
        assertThat(in.bytesRead).isBetween((long) frameBytes, frameBytes + 10L);
    }

    @ParameterizedTest
    @MethodSource("framings")
    void aFrameThatArrivesInOnePieceIsLookedThroughOnce(Framing framing) {
        CountingBuffer in = new CountingBuffer();
        in.writeBytes(Sending.frame(framing, Wire.repeated('a', BYTES)));
        assertThat(framing.newReader().read(in)).isEqualTo(BYTES);
        // The search for one byte reads eight at once and the one it found again.
        assertThat(in.bytesRead).isBetween((long) BYTES, in.writerIndex() + 10L);
    }

    @ParameterizedTest
    @MethodSource("framings")
    void aFrameWithoutAnEndIsLookedThroughNoFurtherThanItsLimit(Framing framing) {
        CountingBuffer in = new CountingBuffer();
        in.writeBytes(Wire.repeated('x', 10 * BYTES));
        FrameReader reader = framing.newReader();
        assertThatThrownBy(() -> reader.read(in)).isInstanceOf(FrameException.class);
        assertThat(in.bytesRead).isBetween((long) BYTES, BYTES + 40L);
    }

    @Test
    void aLengthIsReadAgainButNothingBehindIt() {
        Framing framing = LengthPrefixed.int32().maxFrame(BYTES);
        CountingBuffer in = new CountingBuffer();
        in.writeBytes(Sending.frame(framing, Wire.repeated('a', BYTES)));
        in.writerIndex(in.writerIndex() - 1);
        for (int i = 1; i <= 100; i++) {
            assertThat(framing.newReader().read(in)).isEqualTo(FrameReader.INCOMPLETE);
            assertThat(in.bytesRead).isEqualTo(4L * i);
        }
    }

    /** A buffer that counts the bytes read from it, one at a time or several in a word. */
    private static final class CountingBuffer extends UnpooledHeapByteBuf {

        private long bytesRead;

        CountingBuffer() {
            super(UnpooledByteBufAllocator.DEFAULT, 256, Integer.MAX_VALUE);
        }

        @Override
        public CountingBuffer writerIndex(int writerIndex) {
            super.writerIndex(writerIndex);
            return this;
        }

        @Override
        protected byte _getByte(int index) {
            bytesRead += Byte.BYTES;
            return super._getByte(index);
        }

        @Override
        protected int _getInt(int index) {
            bytesRead += Integer.BYTES;
            return super._getInt(index);
        }

        @Override
        protected int _getIntLE(int index) {
            bytesRead += Integer.BYTES;
            return super._getIntLE(index);
        }

        @Override
        protected long _getLong(int index) {
            bytesRead += Long.BYTES;
            return super._getLong(index);
        }

        @Override
        protected long _getLongLE(int index) {
            bytesRead += Long.BYTES;
            return super._getLongLE(index);
        }
    }
}
