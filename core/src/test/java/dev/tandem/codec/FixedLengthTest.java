package dev.tandem.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.codec.FrameException.Violation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FixedLengthTest {

    private static final Framing FOUR = FixedLength.of(4);

    @Test
    void reads() {
        assertThat(Receiving.inText(FOUR, "'onetwo42'")).isEqualTo("[onet] [wo42]");
        assertThat(Receiving.inText(FOUR, "'onetwo4'")).isEqualTo("[onet]");
        assertThat(Receiving.inText(FOUR, "'one'")).isEmpty();
    }

    @Test
    void writes() {
        assertThat(Sending.frames(FOUR, Wire.bytes("'1234'"), Wire.bytes("'5678'")))
                .isEqualTo(Wire.bytes("'12345678'"));
    }

    @ParameterizedTest
    @CsvSource({
        "12345, TOO_LARGE, 'The frame has 5 bytes, but at most 4 are allowed.'",
        "123, MALFORMED, 'The frame has 3 bytes, but must have 4.'",
        "'', MALFORMED, 'The frame has 0 bytes, but must have 4.'"
    })
    void refusesABodyOfAnotherLength(String body, Violation violation, String message) {
        assertThatThrownBy(() -> Sending.frame(FOUR, Wire.bytes("'" + body + "'")))
                .isInstanceOf(FrameException.class)
                .hasMessage(message)
                .extracting(refused -> ((FrameException) refused).violation())
                .isEqualTo(violation);
    }

    @Test
    void refusesImpossibleSettings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FixedLength.of(0))
                .withMessage("The length of a frame must be at least 1, but was 0.");
    }

    @Test
    void showsTheCallThatMadeIt() {
        assertThat(FOUR).hasToString("FixedLength.of(4)");
    }
}
