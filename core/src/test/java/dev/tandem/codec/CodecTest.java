package dev.tandem.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.codec.FrameException.Violation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {

    private static final Framing LINES = Lines.lf().maxFrame(8192);

    record Get(int id) {
        static Get decode(ByteBuf body) {
            return new Get(body.readInt());
        }
    }

    record Reply(int id, String value) {
        static void encode(Reply reply, ByteBuf out) {
            out.writeInt(reply.id).writeCharSequence(reply.value, StandardCharsets.UTF_8);
        }
    }

    @Test
    void joinsAFramingAndTwoFunctions() {
        Codec<Get, Reply> codec = LengthPrefixed.int32().maxFrame(1 << 20).codec(Get::decode, Reply::encode);
        assertThat(codec.framing().maxFrame()).isEqualTo(1 << 20);
        assertThat(codec.decode(Unpooled.buffer().writeInt(7))).isEqualTo(new Get(7));
        ByteBuf out = Unpooled.buffer();
        int mark = codec.framing().begin(out);
        codec.encode(new Reply(7, "hi"), out);
        codec.framing().end(out, mark);
        assertThat(out).isEqualTo(Unpooled.wrappedBuffer(Wire.bytes("00 00 00 06 00 00 00 07 'hi'")));
    }

    @Test
    void requiresAllParts() {
        assertThatThrownBy(() -> LINES.codec(null, Reply::encode)).hasMessage("decoder");
        assertThatThrownBy(() -> LINES.codec(Get::decode, null)).hasMessage("encoder");
        assertThatThrownBy(() -> Codec.of(null, Get::decode, Reply::encode)).hasMessage("framing");
    }

    @Test
    void bytesAreACopyOfTheBody() {
        Codec<byte[], byte[]> codec = LINES.bytes();
        ByteBuf body = Unpooled.wrappedBuffer(Wire.bytes("'hello'"));
        byte[] message = codec.decode(body);
        body.setByte(0, 'j');
        assertThat(message).isEqualTo(Wire.bytes("'hello'"));
        ByteBuf out = Unpooled.buffer();
        codec.encode(message, out);
        assertThat(out).isEqualTo(Unpooled.wrappedBuffer(Wire.bytes("'hello'")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "gr\u00fc\u00dfe", "\u20ac", "\ud83d\ude00", "\0", "\ufffd", "a\ufffdb"})
    void textComesBack(String text) {
        Codec<String, String> codec = LINES.text();
        ByteBuf out = Unpooled.buffer();
        codec.encode(text, out);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(text);
        assertThat(codec.decode(out)).isEqualTo(text);
    }

    @Test
    void halfASurrogatePairIsWrittenAsAQuestionMark() {
        ByteBuf out = Unpooled.buffer();
        LINES.text().encode("a\ud83db", out);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("a?b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "ff",
                "c0 80",
                "c1 bf",
                "c3",
                "'a' c3",
                "c3 28",
                "e2 82",
                "e0 80 80",
                "ed a0 80",
                "ed bf bf",
                "f0 9f 98",
                "f0 80 80 80",
                "f4 90 80 80",
                "f5 80 80 80",
                "ef bf bd ff",
                "'valid' ef bf"
            })
    void bytesThatAreNotUtf8AreMalformed(String wire) {
        assertThatThrownBy(() -> LINES.text().decode(Unpooled.wrappedBuffer(Wire.bytes(wire))))
                .isInstanceOf(FrameException.class)
                .hasMessage("The body is not UTF-8.")
                .extracting(refused -> ((FrameException) refused).violation())
                .isEqualTo(Violation.MALFORMED);
    }
}
