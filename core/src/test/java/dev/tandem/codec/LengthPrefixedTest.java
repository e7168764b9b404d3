package dev.tandem.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tandem.codec.FrameException.Violation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LengthPrefixedTest {

    private static final int MAX = Integer.MAX_VALUE;

    static List<Arguments> streams() {
        return List.of(
                arguments(LengthPrefixed.int8().maxFrame(10), "03 'abc' 00 01 'd'", "[abc] [] [d]"),
                arguments(LengthPrefixed.int16().maxFrame(10), "00 02 'hi' 00 00 00 01 '!'", "[hi] [] [!]"),
                arguments(LengthPrefixed.int16().littleEndian().maxFrame(10), "02 00 'hi'", "[hi]"),
                arguments(LengthPrefixed.int24().maxFrame(10), "00 00 02 'hi'", "[hi]"),
                arguments(LengthPrefixed.int24().littleEndian().maxFrame(10), "02 00 00 'hi'", "[hi]"),
                arguments(LengthPrefixed.int32().maxFrame(10), "00 00 00 02 'hi'", "[hi]"),
                arguments(LengthPrefixed.int32().littleEndian().maxFrame(10), "02 00 00 00 'hi'", "[hi]"),

                // The limit, and one more, which is refused without a byte of the body.
                arguments(LengthPrefixed.int8().maxFrame(3), "03 'abc'", "[abc]"),
                arguments(LengthPrefixed.int8().maxFrame(3), "04", "TOO_LARGE"),
                arguments(LengthPrefixed.int8().maxFrame(3), "01 'a' ff", "[a] TOO_LARGE"),
                arguments(LengthPrefixed.int16().maxFrame(3), "80 00", "TOO_LARGE"),
                arguments(LengthPrefixed.int24().maxFrame(3), "ff ff ff", "TOO_LARGE"),
                arguments(LengthPrefixed.int32().maxFrame(3), "7f ff ff ff", "TOO_LARGE"),
                arguments(LengthPrefixed.int32().maxFrame(MAX), "7f ff ff ff", ""),
                arguments(LengthPrefixed.int32().maxFrame(MAX), "7f ff ff fc 'abc'", ""),
                arguments(LengthPrefixed.int32().headerBytesBefore(3).maxFrame(MAX), "'abc' 7f ff ff fc", ""),
                arguments(LengthPrefixed.int32().headerBytesBefore(3).maxFrame(MAX), "'abc' 7f ff ff fd", "TOO_LARGE"),

                // Negative.
                arguments(LengthPrefixed.int32().maxFrame(MAX), "80 00 00 00", "MALFORMED"),
                arguments(LengthPrefixed.int32().maxFrame(MAX), "ff ff ff ff", "MALFORMED"),
                arguments(LengthPrefixed.int32().littleEndian().maxFrame(MAX), "00 00 00 80", "MALFORMED"),
                arguments(LengthPrefixed.int32().littleEndian().maxFrame(MAX), "80 00 00 00", ""),

                // A length that counts itself, and one that is shorter than itself.
                arguments(LengthPrefixed.int16().includingLength().maxFrame(3), "00 04 'hi' 00 02", "[hi] []"),
                arguments(LengthPrefixed.int16().includingLength().maxFrame(3), "00 05 'abc'", "[abc]"),
                arguments(LengthPrefixed.int16().includingLength().maxFrame(3), "00 06", "TOO_LARGE"),
                arguments(LengthPrefixed.int16().includingLength().maxFrame(3), "00 01", "MALFORMED"),
                arguments(LengthPrefixed.int16().includingLength().maxFrame(3), "00 00", "MALFORMED"),
                arguments(LengthPrefixed.int32().includingLength().maxFrame(3), "00 00 00 03", "MALFORMED"),
                arguments(LengthPrefixed.int32().includingLength().maxFrame(3), "80 00 00 03", "MALFORMED"),
                arguments(LengthPrefixed.int32().includingLength().maxFrame(MAX - 4), "7f ff ff ff", ""),

                // A header before the length, which the limit counts and the length does not.
                arguments(LengthPrefixed.int16().headerBytesBefore(1).maxFrame(4), "'Q' 00 02 'hi'", "[Qhi]"),
                arguments(LengthPrefixed.int16().headerBytesBefore(3).maxFrame(4), "'abc' 00 00", "[abc]"),
                arguments(LengthPrefixed.int16().headerBytesBefore(3).maxFrame(4), "'abc' 00 01 'd'", "[abcd]"),
                arguments(LengthPrefixed.int16().headerBytesBefore(3).maxFrame(4), "'abc' 00 02", "TOO_LARGE"),
                arguments(LengthPrefixed.int16().headerBytesBefore(3).maxFrame(4), "'abc' ff ff", "TOO_LARGE"),
                arguments(LengthPrefixed.int16().headerBytesBefore(3).maxFrame(4), "'abc' 00", ""),
                arguments(
                        LengthPrefixed.int32()
                                .includingLength()
                                .headerBytesBefore(1)
                                .maxFrame(9),
                        "'Q' 00 00 00 06 'hi'",
                        "[Qhi]"),

                // Bytes of another protocol.
                arguments(LengthPrefixed.int32().maxFrame(1 << 20), "'GET / HTTP/1.1' 0d 0a 0d 0a", "TOO_LARGE"),
                arguments(LengthPrefixed.int32().maxFrame(1 << 20), "16 03 01 02 00 01", "TOO_LARGE"));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void reads(Framing framing, String wire, String frames) {
        assertThat(Receiving.inText(framing, wire)).isEqualTo(frames);
    }

    static List<Arguments> frames() {
        return List.of(
                arguments(LengthPrefixed.int8().maxFrame(10), "'abc'", "03 'abc'"),
                arguments(LengthPrefixed.int8().maxFrame(10), "", "00"),
                arguments(LengthPrefixed.int16().maxFrame(10), "'hi'", "00 02 'hi'"),
                arguments(LengthPrefixed.int16().littleEndian().maxFrame(10), "'hi'", "02 00 'hi'"),
                arguments(LengthPrefixed.int24().littleEndian().maxFrame(10), "'hi'", "02 00 00 'hi'"),
                arguments(LengthPrefixed.int32().littleEndian().maxFrame(10), "'hi'", "02 00 00 00 'hi'"),
                arguments(LengthPrefixed.int32().includingLength().maxFrame(10), "'hi'", "00 00 00 06 'hi'"),
                arguments(LengthPrefixed.int16().headerBytesBefore(1).maxFrame(10), "'Qhi'", "'Q' 00 02 'hi'"),
                arguments(
                        LengthPrefixed.int32()
                                .includingLength()
                                .headerBytesBefore(2)
                                .maxFrame(9),
                        "'abhi'",
                        "'ab' 00 00 00 06 'hi'"));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void writes(Framing framing, String body, String wire) {
        assertThat(Sending.frame(framing, Wire.bytes(body))).isEqualTo(Wire.bytes(wire));
    }

    @Test
    void fillsTheWholeFieldWhenTheLimitAllows() {
        byte[] body = Wire.repeated('x', 255);
        Framing framing = LengthPrefixed.int8().maxFrame(255);
        assertThat(Sending.frame(framing, body)).startsWith(0xff).hasSize(256);
        byte[] wide = Wire.repeated('x', 0x1_0203);
        assertThat(Sending.frame(LengthPrefixed.int24().maxFrame(1 << 20), wide))
                .startsWith(0x01, 0x02, 0x03, 'x')
                .hasSize(0x1_0206);
    }

    @Test
    void refusesABodyBeyondTheLimit() {
        assertThatThrownBy(() -> Sending.frame(LengthPrefixed.int32().maxFrame(2), Wire.bytes("'abc'")))
                .isInstanceOf(FrameException.class)
                .hasMessage("The frame has 3 bytes, but at most 2 are allowed.")
                .extracting(refused -> ((FrameException) refused).violation())
                .isEqualTo(Violation.TOO_LARGE);
    }

    @Test
    void refusesABodyThatLacksItsHeader() {
        Framing framing = LengthPrefixed.int32().headerBytesBefore(4).maxFrame(8);
        assertThatThrownBy(() -> Sending.frame(framing, Wire.bytes("'abc'")))
                .isInstanceOf(FrameException.class)
                .hasMessage("The body has 3 bytes, but must begin with a header of 4.");
    }

    @Test
    void continuesAfterARefusedBodyWhenTheCallerTakesItBack() {
        Framing framing = LengthPrefixed.int16().maxFrame(2);
        ByteBuf out = Unpooled.buffer();
        int mark = framing.begin(out);
        out.writeBytes(Wire.bytes("'too long'"));
        assertThatThrownBy(() -> framing.end(out, mark)).isInstanceOf(FrameException.class);
        out.writerIndex(mark);
        int next = framing.begin(out);
        out.writeBytes(Wire.bytes("'ok'"));
        framing.end(out, next);
        assertThat(ByteBufUtil.getBytes(out)).isEqualTo(Wire.bytes("00 02 'ok'"));
    }

    @Test
    void saysWhatIsWrongWithALength() {
        assertThatThrownBy(() -> readInt32(LengthPrefixed.int32().maxFrame(10), -2))
                .hasMessage("The length of a frame must not be negative, but was -2.");
        assertThatThrownBy(() -> readInt32(LengthPrefixed.int32().maxFrame(10), 11))
                .hasMessage("The frame has 11 bytes, but at most 10 are allowed.");
        assertThatThrownBy(
                        () -> readInt32(LengthPrefixed.int32().includingLength().maxFrame(10), 3))
                .hasMessage("The length of a frame counts its own 4 bytes and cannot be less, but was 3.");
    }

    private static void readInt32(Framing framing, int length) {
        framing.newReader().read(Unpooled.buffer().writeInt(length));
    }

    static List<Arguments> impossibleSettings() {
        return List.of(
                impossible(() -> LengthPrefixed.int32().maxFrame(0), "between 1 and 2147483647", "was 0"),
                impossible(() -> LengthPrefixed.int32().maxFrame(-1), "between 1 and 2147483647", "was -1"),
                impossible(() -> LengthPrefixed.int8().maxFrame(256), "between 1 and 255", "was 256"),
                impossible(() -> LengthPrefixed.int16().maxFrame(65_536), "between 1 and 65535", "was 65536"),
                impossible(() -> LengthPrefixed.int24().maxFrame(1 << 24), "between 1 and 16777215", "16777216"),
                impossible(() -> LengthPrefixed.int8().includingLength().maxFrame(255), "between 1 and 254", "255"),
                impossible(
                        () -> LengthPrefixed.int32().includingLength().maxFrame(MAX),
                        "between 1 and 2147483643",
                        "2147483647"),
                impossible(() -> LengthPrefixed.int8().headerBytesBefore(4).maxFrame(3), "between 4 and 259", "was 3"),
                impossible(() -> LengthPrefixed.int8().headerBytesBefore(4).maxFrame(260), "4 and 259", "was 260"),
                impossible(() -> LengthPrefixed.int8().headerBytesBefore(0), "between 1 and 64", "was 0"),
                impossible(() -> LengthPrefixed.varint().headerBytesBefore(65), "between 1 and 64", "was 65"),
                impossible(() -> LengthPrefixed.varint().maxFrame(0), "at least 1", "was 0"),
                impossible(() -> LengthPrefixed.varint().headerBytesBefore(2).maxFrame(1), "at least 2", "was 1"));
    }

    private static Arguments impossible(Supplier<Object> setting, String rule, String value) {
        return arguments(setting, rule, value);
    }

    @ParameterizedTest
    @MethodSource("impossibleSettings")
    void refusesImpossibleSettings(Supplier<Object> setting, String rule, String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(setting::get)
                .withMessageContaining(rule)
                .withMessageContaining(value);
    }

    @Test
    void isNoFramingWithoutALimit() {
        assertThat(Framing.class.isAssignableFrom(LengthPrefixed.class)).isFalse();
        assertThat(Framing.class.isAssignableFrom(LengthPrefixed.Varint.class)).isFalse();
    }

    @Test
    void leavesTheValueItWasMadeFromAsItWas() {
        LengthPrefixed plain = LengthPrefixed.int16();
        plain.littleEndian();
        plain.includingLength();
        plain.headerBytesBefore(2);
        assertThat(Sending.frame(plain.maxFrame(10), Wire.bytes("'hi'"))).isEqualTo(Wire.bytes("00 02 'hi'"));
    }

    @Test
    void showsTheCallsThatMadeIt() {
        assertThat(LengthPrefixed.int16()
                        .headerBytesBefore(3)
                        .includingLength()
                        .littleEndian()
                        .maxFrame(9))
                .hasToString(
                        "LengthPrefixed.int16().littleEndian().includingLength().headerBytesBefore(3).maxFrame(9)");
    }
}
