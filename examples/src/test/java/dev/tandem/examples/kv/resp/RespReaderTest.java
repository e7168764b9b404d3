package dev.tandem.examples.kv.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RespReaderTest {

    private static final RespLimits SMALL = new RespLimits(4, 100, 150, 64);

    private final RespReader reader = new RespReader(RespLimits.DEFAULT);

    @Test
    void argumentsAreViewsIntoTheBuffer() {
        ByteBuf in = bytes("*2\r\n$3\r\nGET\r\n$5\r\nhello\r\n");
        assertThat(reader.next(in)).isTrue();
        assertThat(reader.bytes()).isSameAs(in);
        assertThat(reader.count()).isEqualTo(2);
        assertThat(reader.offset(1)).isEqualTo(17);
        assertThat(reader.length(1)).isEqualTo(5);
        assertThat(in.isReadable()).isFalse();
    }

    @Test
    void unfinishedCommandStaysUnreadAndIsFinishedFromAnotherBuffer() {
        ByteBuf first = bytes("*2\r\n$3\r\nGET\r\n$5\r\nhe");
        assertThat(reader.next(first)).isFalse();
        assertThat(first.readerIndex()).isZero();

        ByteBuf second = bytes("...*2\r\n$3\r\nGET\r\n$5\r\nhello\r\nPING").skipBytes(3);
        assertThat(reader.next(second)).isTrue();
        assertThat(arguments(reader)).containsExactly("GET", "hello");
        assertThat(second.toString(StandardCharsets.US_ASCII)).isEqualTo("PING");
    }

    @Test
    void bytesBeforeTheUnfinishedPartAreNotLookedAtAgain() {
        String begun = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nhe";
        assertThat(reader.next(bytes(begun))).isFalse();
        // Were any length or type parsed again, this would be an error or another command.
        ByteBuf finished = bytes("?".repeat(begun.length()) + "llo\r\n");
        assertThat(reader.next(finished)).isTrue();
        assertThat(reader.count()).isEqualTo(3);
        assertThat(reader.length(0)).isEqualTo(3);
        assertThat(reader.length(1)).isEqualTo(1);
        assertThat(reader.length(2)).isEqualTo(5);
    }

    @Test
    void bytesOfAnUnfinishedLineAreNotSearchedAgain() {
        String begun = "PING " + "a".repeat(1000);
        assertThat(reader.next(bytes(begun))).isFalse();
        // The line end that stands where bytes were searched before is not found.
        ByteBuf finished = bytes("\n".repeat(begun.length()) + "\r\n");
        assertThat(reader.next(finished)).isFalse();
        assertThat(finished.isReadable()).isFalse();
    }

    @Test
    void memoryFollowsTheArgumentsReceivedNotThoseAnnounced() {
        assertThat(reader.next(bytes("*1048576\r\n$3\r\nDEL\r\n$1\r\nk\r\n"))).isFalse();
        assertThat(reader.viewsHeld()).isLessThan(64);
    }

    @Test
    void largeCommandsLeaveNoMemoryBehind() {
        ByteBuf in = bytes("*100000\r\n" + "$1\r\nk\r\n".repeat(100_000) + "PING\r\n" + "PING\r\n");
        assertThat(reader.next(in)).isTrue();
        assertThat(reader.count()).isEqualTo(100_000);
        assertThat(reader.offset(99_999)).isEqualTo(in.readerIndex() - 3);
        assertThat(reader.next(in)).isTrue();
        assertThat(reader.viewsHeld()).isLessThanOrEqualTo(64);
    }

    @Test
    void largeCommandsLeaveNoMemoryBehindAlthoughNothingFollows() {
        ByteBuf in = bytes("*100000\r\n" + "$1\r\nk\r\n".repeat(100_000));
        assertThat(reader.next(in)).isTrue();
        assertThat(reader.next(in)).isFalse();
        assertThat(reader.viewsHeld()).isLessThanOrEqualTo(64);
    }

    @Test
    void limitsAreCheckedWhenASizeIsAnnounced() {
        assertError(SMALL, "*5\r\n", "invalid multibulk length");
        assertError(SMALL, "*1\r\n$101\r\n", "invalid bulk length");
        assertError(SMALL, "*2\r\n$90\r\n" + "x".repeat(90) + "\r\n$90\r\n", "invalid bulk length");
        assertError(SMALL, "*1\r\n$00000000000000000000000000000000", null);
        assertError(SMALL, "*1\r\n$" + "0".repeat(63), null);
        assertError(SMALL, "*1\r\n$" + "0".repeat(64), "too big bulk count string");
        assertError(SMALL, "*" + "0".repeat(63), null);
        assertError(SMALL, "*" + "0".repeat(64), "too big mbulk count string");
        assertError(SMALL, "a".repeat(64), null);
        assertError(SMALL, "a".repeat(65), "too big inline request");
        assertError(SMALL, "a".repeat(64) + "\n", null);
        assertError(SMALL, "a".repeat(65) + "\n", "too big inline request");
    }

    @Test
    void sizesUpToTheLimitsAreAccepted() {
        RespReader small = new RespReader(SMALL);
        assertThat(small.next(bytes("*4\r\n" + "$1\r\nx\r\n".repeat(4)))).isTrue();
        assertThat(small.next(bytes("*1\r\n$100\r\n" + "x".repeat(100) + "\r\n")))
                .isTrue();
        assertThat(small.length(0)).isEqualTo(100);
    }

    @Test
    void lengthsOfAllSizesAreRead() {
        for (int length : new int[] {0, 1, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999, 100_000, 1_234_567}) {
            String body = "x".repeat(length);
            ByteBuf in = bytes("*1\r\n$" + length + "\r\n" + body + "\r\n");
            assertThat(reader.next(in)).isTrue();
            assertThat(arguments(reader)).containsExactly(body);
            assertThat(in.isReadable()).isFalse();
        }
    }

    @Test
    void limitsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new RespLimits(0, 1, 1, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("argumentsMax must be 1 to 1048576, but was 0.");
        assertThatThrownBy(() -> new RespLimits(1, 100, 99, 64))
                .hasMessage("commandBytesMax must be 100 to 1073741824, but was 99.");
    }

    /** A null rule means that the bytes are the beginning of a command, or one. */
    private static void assertError(RespLimits limits, String request, String rule) {
        RespReader reader = new RespReader(limits);
        if (rule == null) {
            reader.next(bytes(request));
        } else {
            assertThatThrownBy(() -> reader.next(bytes(request)))
                    .isInstanceOf(RespException.class)
                    .hasMessage("ERR Protocol error: " + rule);
        }
    }

    static List<String> arguments(RespReader reader) {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < reader.count(); i++) {
            arguments.add(new String(reader.copy(i), StandardCharsets.ISO_8859_1));
        }
        return arguments;
    }

    static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
