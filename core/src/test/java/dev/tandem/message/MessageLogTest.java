package dev.tandem.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.codec.FrameException;
import org.junit.jupiter.api.Test;

/** What peers send cannot forge lines of the log, drive a terminal, or fill a disk. */
class MessageLogTest {

    @Test
    void aFramingsOwnSentenceStandsAsItIs() {
        assertThat(MessageLog.what(FrameException.malformed("A counter must have a name.")))
                .isEqualTo("A counter must have a name.");
    }

    @Test
    void anotherExceptionIsNamedWithThePlaceWhereItWasThrown() {
        assertThat(MessageLog.what(new IllegalStateException("x")))
                .matches("java\\.lang\\.IllegalStateException: x at dev\\.tandem\\.message\\.MessageLogTest\\..*\\.");
    }

    @Test
    void whatIsNotPrintableAsciiIsEscaped() {
        assertThat(MessageLog.printable("a\r\n\033[31mü~")).isEqualTo("a\\u000d\\u000a\\u001b[31m\\u00fc~");
    }

    @Test
    void whatIsLongIsCutShort() {
        assertThat(MessageLog.printable("x".repeat(1_000_000))).isEqualTo("x".repeat(200) + "...");
    }
}
