package dev.tandem.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VarintTest {

    private static final Framing UP_TO_300 = LengthPrefixed.varint().maxFrame(300);
    private static final Framing UNBOUND = LengthPrefixed.varint().maxFrame(Integer.MAX_VALUE);

    static List<Arguments> streams() {
        return List.of(
                arguments(UP_TO_300, "03 'abc' 00 01 'd'", "[abc] [] [d]"),
                arguments(UP_TO_300, "80 01 '" + "x".repeat(128) + "'", "[" + "x".repeat(128) + "]"),
                arguments(UP_TO_300, "ac 02", ""),
                arguments(UP_TO_300, "ad 02", "TOO_LARGE"),
                arguments(LengthPrefixed.varint().maxFrame(3), "04", "TOO_LARGE"),
                arguments(UP_TO_300, "ff ff ff ff 07", "TOO_LARGE"),
                arguments(UNBOUND, "ff ff ff ff 07", ""),
                arguments(UNBOUND, "80 80 80 80 08", "TOO_LARGE"),
                arguments(UNBOUND, "ff ff ff ff 0f", "TOO_LARGE"),
                arguments(UNBOUND, "80 80 80 80 10", "MALFORMED"),
                arguments(UNBOUND, "ff ff ff ff 7f", "MALFORMED"),
                arguments(UNBOUND, "80 80 80 80", ""),
                arguments(UNBOUND, "80 80 80 80 80", "MALFORMED"),
                arguments(UNBOUND, "ff ff ff ff ff ff ff ff ff 01", "MALFORMED"),

                // More bytes than the length needs.
                arguments(UP_TO_300, "80 00", "MALFORMED"),
                arguments(UP_TO_300, "81 00", "MALFORMED"),
                arguments(UP_TO_300, "ff 80 00", "MALFORMED"),
                arguments(UP_TO_300, "80 80 80 80 00", "MALFORMED"),

                // MQTT: a type, a length, a payload.
                arguments(LengthPrefixed.varint().headerBytesBefore(1).maxFrame(9), "30 02 'hi'", "[0hi]"),
                arguments(LengthPrefixed.varint().headerBytesBefore(1).maxFrame(9), "30 00 c0 00", "[0] [\ufffd]"),
                arguments(LengthPrefixed.varint().headerBytesBefore(1).maxFrame(9), "30 08", ""),
                arguments(LengthPrefixed.varint().headerBytesBefore(1).maxFrame(9), "30 09", "TOO_LARGE"),
                arguments(LengthPrefixed.varint().headerBytesBefore(1).maxFrame(9), "30", ""));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void reads(Framing framing, String wire, String frames) {
        assertThat(Receiving.inText(framing, wire)).isEqualTo(frames);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152})
    void writesEveryWidth(int length) {
        byte[] body = numbered(length);
        for (int header : new int[] {0, 1, 5}) {
            Specimen specimen = new Specimens.Varint(header, 1 << 22);
            byte[] whole = Wire.joined(Wire.repeated('h', header), body);
            byte[] frame = Sending.frame(specimen.framing(), whole);
            assertThat(Arrays.equals(frame, specimen.frame(whole)))
                    .as("a header of %d", header)
                    .isTrue();
        }
    }

    /** The body is moved within the buffer, so every kind of memory must get that right. */
    @Test
    void movesALongBodyInEveryKindOfBuffer() {
        for (ByteBufAllocator allocator : List.of(UnpooledByteBufAllocator.DEFAULT, PooledByteBufAllocator.DEFAULT)) {
            assertMoves(allocator.heapBuffer(16));
            assertMoves(allocator.directBuffer(16));
        }
    }

    private static void assertMoves(ByteBuf out) {
        byte[] body = numbered(20_000);
        int mark = UNBOUND.begin(out);
        out.writeBytes(body);
        UNBOUND.end(out, mark);
        assertThat(ByteBufUtil.getBytes(out)).isEqualTo(Wire.joined(Wire.bytes("a0 9c 01"), body));
        out.release();
    }

    @Test
    void refusesToMoveABodyInSeveralParts() {
        CompositeByteBuf parts = Unpooled.compositeBuffer();
        parts.addComponents(true, Unpooled.buffer(4).writeZero(4), Unpooled.buffer(200));
        int mark = UNBOUND.begin(parts);
        parts.writeZero(150);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UNBOUND.end(parts, mark))
                .withMessage("A varint framing writes to contiguous buffers only.");
    }

    @Test
    void refusesABodyBeyondTheLimit() {
        assertThatThrownBy(() -> Sending.frame(UP_TO_300, Wire.repeated('x', 301)))
                .isInstanceOf(FrameException.class)
                .hasMessage("The frame has 301 bytes, but at most 300 are allowed.");
    }

    @Test
    void saysWhatIsWrongWithALength() {
        assertThatThrownBy(() -> read("80 80 80 80 80")).hasMessage("The length of a frame has more than 5 bytes.");
        assertThatThrownBy(() -> read("80 80 80 80 10"))
                .hasMessage("The length of a frame must fit 32 bits, but was 4294967296.");
        assertThatThrownBy(() -> read("85 80 00")).hasMessage("The length 5 takes 1 bytes, but came in 3.");
    }

    private static void read(String wire) {
        UP_TO_300.newReader().read(Unpooled.wrappedBuffer(Wire.bytes(wire)));
    }

    private static byte[] numbered(int length) {
        byte[] body = new byte[length];
        for (int i = 0; i < length; i++) {
            body[i] = (byte) (i * 31 ^ i >> 8);
        }
        return body;
    }
}
