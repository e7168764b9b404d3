package dev.tandem.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tandem.codec.FrameException.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinesTest {

    private static final Framing LF = Lines.lf().maxFrame(5);
    private static final Framing CRLF = Lines.crlf().maxFrame(5);

    static List<Arguments> streams() {
        return List.of(
                arguments("'one' 0a 0a 'two' 0a 'th'", "[one] [] [two]"),
                arguments("'one' 0d 0a 0d 0a 'two' 0a", "[one] [] [two]"),

                // A CR is content unless the LF follows it at once.
                arguments("'a' 0d 'b' 0a", "[a\rb]"),
                arguments("0d 'b' 0a", "[\rb]"),
                arguments("'a' 0d 0d 0a", "[a\r]"),
                arguments("'a' 0d", ""),
                arguments("00 0a", "[\0]"),

                // The limit counts the line without its end.
                arguments("'12345' 0a", "[12345]"),
                arguments("'12345' 0d 0a", "[12345]"),
                arguments("'12345' 0d", ""),
                arguments("'12345' 0d 'x'", "TOO_LARGE"),
                arguments("'12345' 0d 0d 0a", "TOO_LARGE"),
                arguments("'123456'", "TOO_LARGE"),
                arguments("'123456' 0a", "TOO_LARGE"),
                arguments("'ok' 0a '123456789' 0a", "[ok] TOO_LARGE"));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void reads(String wire, String frames) {
        assertThat(Receiving.inText(LF, wire)).isEqualTo(frames);
        assertThat(Receiving.inText(CRLF, wire)).isEqualTo(frames);
    }

    static List<Arguments> frames() {
        return List.of(
                arguments(LF, "", "0a"),
                arguments(LF, "'12345'", "'12345' 0a"),
                arguments(LF, "'a' 0d 'b'", "'a' 0d 'b' 0a"),
                arguments(CRLF, "", "0d 0a"),
                arguments(CRLF, "'12345'", "'12345' 0d 0a"),
                arguments(CRLF, "'a' 0d", "'a' 0d 0d 0a"));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void writes(Framing framing, String body, String wire) {
        assertThat(Sending.frame(framing, Wire.bytes(body))).isEqualTo(Wire.bytes(wire));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0a", "'a' 0a", "0a 'b'", "'a' 0d 0a 'b'"})
    void refusesALineThatContainsLf(String body) {
        for (Framing framing : List.of(LF, CRLF)) {
            assertThatThrownBy(() -> Sending.frame(framing, Wire.bytes(body)))
                    .isInstanceOf(FrameException.class)
                    .hasMessage("A line must not contain LF.")
                    .extracting(refused -> ((FrameException) refused).violation())
                    .isEqualTo(Violation.MALFORMED);
        }
    }

    @Test
    void refusesALineWhoseLastCrItsReaderWouldTakeForTheEnd() {
        assertThatThrownBy(() -> Sending.frame(LF, Wire.bytes("'a' 0d")))
                .isInstanceOf(FrameException.class)
                .hasMessage("A line that is written with LF must not end with CR.");
    }

    @Test
    void refusesALineBeyondTheLimit() {
        assertThatThrownBy(() -> Sending.frame(CRLF, Wire.bytes("'123456'")))
                .hasMessage("The frame has 6 bytes, but at most 5 are allowed.");
    }

    @Test
    void refusesImpossibleSettings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Lines.lf().maxFrame(0))
                .withMessage("maxFrame must be at least 1, but was 0.");
        assertThat(Framing.class.isAssignableFrom(Lines.class)).isFalse();
    }

    @Test
    void showsTheCallsThatMadeIt() {
        assertThat(LF).hasToString("Lines.lf().maxFrame(5)");
        assertThat(CRLF).hasToString("Lines.crlf().maxFrame(5)");
    }
}
