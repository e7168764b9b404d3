package dev.tandem.examples.kv.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RespWriterTest {

    @Test
    void repliesThatAreTheSameInBothVersions() {
        assertReply(writer -> writer.ok(), "+OK\r\n", "+OK\r\n");
        assertReply(writer -> writer.pong(), "+PONG\r\n", "+PONG\r\n");
        assertReply(writer -> writer.status("none"), "+none\r\n", "+none\r\n");
        assertReply(writer -> writer.error("ERR a\r\nb"), "-ERR a  b\r\n", "-ERR a  b\r\n");
        assertReply(writer -> writer.bulk(""), "$0\r\n\r\n", "$0\r\n\r\n");
        assertReply(writer -> writer.bulk(-42), "$3\r\n-42\r\n", "$3\r\n-42\r\n");
        assertReply(writer -> writer.array(0), "*0\r\n", "*0\r\n");
        assertReply(writer -> writer.array(1_048_576), "*1048576\r\n", "*1048576\r\n");
    }

    @Test
    void repliesThatDiffer() {
        assertReply(writer -> writer.nullBulk(), "$-1\r\n", "_\r\n");
        assertReply(writer -> writer.nullArray(), "*-1\r\n", "_\r\n");
        assertReply(writer -> writer.bool(true), ":1\r\n", "#t\r\n");
        assertReply(writer -> writer.bool(false), ":0\r\n", "#f\r\n");
        assertReply(writer -> writer.map(7), "*14\r\n", "%7\r\n");
        assertReply(writer -> writer.map(1000), "*2000\r\n", "%1000\r\n");
        assertReply(writer -> writer.set(3), "*3\r\n", "~3\r\n");
        assertReply(writer -> writer.push(3), "*3\r\n", ">3\r\n");
        assertReply(writer -> writer.verbatim("some"), "$4\r\nsome\r\n", "=8\r\ntxt:some\r\n");
    }

    @Test
    void numbersAndLengthsOfAllSizes() {
        for (int number :
                new int[] {0, 9, 10, 99, 100, 999, 1000, 1023, 1024, 9999, 10_000, 99_999, 100_000, 1 << 20}) {
            String body = "x".repeat(number);
            assertReply(writer -> writer.integer(number), ":" + number + "\r\n", ":" + number + "\r\n");
            assertReply(writer -> writer.integer(-number - 1L), ":-" + (number + 1) + "\r\n", null);
            assertReply(writer -> writer.bulk(body), "$" + number + "\r\n" + body + "\r\n", null);
            assertReply(
                    writer -> writer.bulk(body.getBytes(StandardCharsets.US_ASCII)),
                    "$" + number + "\r\n" + body + "\r\n",
                    null);
        }
        assertReply(writer -> writer.integer(Long.MIN_VALUE), ":" + Long.MIN_VALUE + "\r\n", null);
        assertReply(writer -> writer.integer(Long.MAX_VALUE), ":" + Long.MAX_VALUE + "\r\n", null);
    }

    /** A null reply is not compared. */
    private static void assertReply(Consumer<RespWriter> reply, String resp2, String resp3) {
        assertThat(written(reply, 2)).isEqualTo(resp2);
        if (resp3 != null) {
            assertThat(written(reply, 3)).isEqualTo(resp3);
        }
    }

    private static String written(Consumer<RespWriter> reply, int protocol) {
        RespWriter writer = new RespWriter();
        writer.protocol(protocol);
        ByteBuf out = Unpooled.buffer(0);
        writer.target(out);
        reply.accept(writer);
        // Behind it the next reply must begin, not what was written to save a step.
        writer.pong();
        String text = out.toString(StandardCharsets.ISO_8859_1);
        assertThat(text).endsWith("+PONG\r\n");
        return text.substring(0, text.length() - 7);
    }
}
