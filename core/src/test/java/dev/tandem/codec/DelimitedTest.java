package dev.tandem.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tandem.codec.FrameException.Violation;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DelimitedTest {

    private static final Framing NUL = Delimited.by((byte) 0).maxFrame(5);
    private static final Framing BLANK_LINE = by("0d 0a 0d 0a", 5);
    private static final Framing ABAB = by("'abab'", 5);

    private static Framing by(String delimiter, int maxFrame) {
        return Delimited.by(Wire.bytes(delimiter)).maxFrame(maxFrame);
    }

    static List<Arguments> streams() {
        return List.of(
                arguments(NUL, "'one' 00 00 'two' 00 'th'", "[one] [] [two]"),
                arguments(NUL, "'12345' 00", "[12345]"),
                arguments(NUL, "'12345'", ""),
                arguments(NUL, "'123456'", "TOO_LARGE"),
                arguments(NUL, "'123456' 00", "TOO_LARGE"),
                arguments(NUL, "'ok' 00 '123456789'", "[ok] TOO_LARGE"),

                // A part of the delimiter is content, unless the rest follows.
                arguments(BLANK_LINE, "'a' 0d 0a 'b' 0d 0a 0d 0a", "[a\r\nb]"),
                arguments(BLANK_LINE, "0d 0d 0a 0d 0a", "[\r]"),
                arguments(BLANK_LINE, "0d 0a 0d 0d 0a 0d 0a", "[\r\n\r]"),
                arguments(BLANK_LINE, "'12345' 0d 0a 0d", ""),
                arguments(BLANK_LINE, "'12345' 0d 0a 0d 0a", "[12345]"),
                arguments(BLANK_LINE, "'12345' 0d 0a 0d 0d", "TOO_LARGE"),
                arguments(BLANK_LINE, "'123456' 0d 0a 0d 0a", "TOO_LARGE"),

                // A delimiter that begins like itself: the first one counts.
                arguments(ABAB, "'xababab'", "[x]"),
                arguments(ABAB, "'abaabab'", "[aba]"),
                arguments(ABAB, "'abababab'", "[] []"),
                arguments(by("'aab'", 5), "'aaaab'", "[aa]"));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void reads(Framing framing, String wire, String frames) {
        assertThat(Receiving.inText(framing, wire)).isEqualTo(frames);
    }

    static List<Arguments> frames() {
        return List.of(
                arguments(NUL, "", "00"),
                arguments(NUL, "'12345'", "'12345' 00"),
                arguments(BLANK_LINE, "'a' 0d 0a 'b'", "'a' 0d 0a 'b' 0d 0a 0d 0a"),
                arguments(ABAB, "'aba'", "'abaabab'"));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void writes(Framing framing, String body, String wire) {
        assertThat(Sending.frame(framing, Wire.bytes(body))).isEqualTo(Wire.bytes(wire));
    }

    static List<Arguments> unwritable() {
        return List.of(
                arguments(NUL, "'a' 00 'b'"),
                arguments(NUL, "00"),
                arguments(ABAB, "'abab'"),
                // The end of the body and the beginning of the delimiter make one that is found earlier.
                arguments(ABAB, "'xab'"),
                arguments(BLANK_LINE, "'a' 0d 0a"));
    }

    @ParameterizedTest
    @MethodSource("unwritable")
    void refusesABodyThatAReaderWouldEndEarlier(Framing framing, String body) {
        assertThatThrownBy(() -> Sending.frame(framing, Wire.bytes(body)))
                .isInstanceOf(FrameException.class)
                .hasMessageEndingWith(" occurs before the end of the body.")
                .extracting(refused -> ((FrameException) refused).violation())
                .isEqualTo(Violation.MALFORMED);
    }

    @Test
    void refusesABodyBeyondTheLimit() {
        assertThatThrownBy(() -> Sending.frame(NUL, Wire.bytes("'123456'")))
                .hasMessage("The frame has 6 bytes, but at most 5 are allowed.");
    }

    @Test
    void saysThatAFrameDidNotEnd() {
        assertThatThrownBy(() -> NUL.newReader().read(Unpooled.wrappedBuffer(Wire.bytes("'123456'"))))
                .hasMessage("The frame did not end within 5 bytes, the most that are allowed.");
    }

    @Test
    void readsEachConnectionOnItsOwn() {
        FrameReader one = ABAB.newReader();
        FrameReader other = ABAB.newReader();
        assertThat(one.read(Unpooled.wrappedBuffer(Wire.bytes("'aba'")))).isEqualTo(FrameReader.INCOMPLETE);
        assertThat(other.read(Unpooled.wrappedBuffer(Wire.bytes("'abab'")))).isZero();
        assertThat(one.read(Unpooled.wrappedBuffer(Wire.bytes("'abab'")))).isZero();
    }

    @Test
    void keepsADelimiterThatItsCallerChanges() {
        byte[] delimiter = {';'};
        Delimited delimited = Delimited.by(delimiter);
        delimiter[0] = '!';
        assertThat(Receiving.inText(delimited.maxFrame(5), "'a!b;'")).isEqualTo("[a!b]");
    }

    @Test
    void refusesImpossibleSettings() {
        assertThatIllegalArgumentException()
                .isThrownBy(Delimited::by)
                .withMessage("A delimiter must have between 1 and 16 bytes, but has 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Delimited.by(new byte[17]))
                .withMessage("A delimiter must have between 1 and 16 bytes, but has 17.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Delimited.by((byte) 0).maxFrame(0))
                .withMessage("maxFrame must be at least 1, but was 0.");
        assertThat(Framing.class.isAssignableFrom(Delimited.class)).isFalse();
    }

    @Test
    void showsTheCallsThatMadeIt() {
        assertThat(BLANK_LINE).hasToString("Delimited.by(0d 0a 0d 0a).maxFrame(5)");
    }
}
