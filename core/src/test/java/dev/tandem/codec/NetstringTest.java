package dev.tandem.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tandem.codec.SeededRandom.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A framing of one's own, in some twenty lines. */
@Seeded
class NetstringTest {

    /** A decimal length, a colon, the body, a comma: {@code 5:hello,}. */
    record Netstrings(int maxFrame) implements Framing {

        @Override
        public FrameReader newReader() {
            return new Reader();
        }

        @Override
        public void end(ByteBuf out, int mark) {
            byte[] body = ByteBufUtil.getBytes(out, mark, out.writerIndex() - mark);
            if (body.length > maxFrame) {
                throw FrameException.tooLarge(body.length, maxFrame);
            }
            out.writerIndex(mark).writeCharSequence(body.length + ":", StandardCharsets.US_ASCII);
            out.writeBytes(body).writeByte(',');
        }

        private final class Reader implements FrameReader {

            @Override
            public int read(ByteBuf in) {
                int length = 0;
                int at = in.readerIndex();
                for (; at < in.writerIndex() && in.getByte(at) != ':'; at++) {
                    int digit = in.getByte(at) - '0';
                    if (digit < 0 || digit > 9 || at > in.readerIndex() && length == 0) {
                        throw FrameException.malformed("A length has digits only and no zero before them.");
                    }
                    if (length > (maxFrame - digit) / 10) {
                        throw FrameException.tooLarge(10L * length + digit, maxFrame);
                    }
                    length = 10 * length + digit;
                }
                if (at == in.readerIndex() && at < in.writerIndex()) {
                    throw FrameException.malformed("A length has one digit at least.");
                }
                if (in.writerIndex() - at < length + 2) {
                    return INCOMPLETE;
                }
                if (in.getByte(at + 1 + length) != ',') {
                    throw FrameException.malformed("A comma ends the frame.");
                }
                in.readerIndex(at + 1);
                return length;
            }

            @Override
            public int trailerBytes() {
                return 1;
            }
        }
    }

    private static final Framing NETSTRINGS = new Netstrings(20);

    static List<Arguments> streams() {
        return List.of(
                arguments("'5:hello,0:,2:' 0d 0a ','", "[hello] [] [\r\n]"),
                arguments("'20:12345678901234567890,'", "[12345678901234567890]"),
                arguments("'5:hell'", ""),
                arguments("'21'", "TOO_LARGE"),
                arguments("'99999999999'", "TOO_LARGE"),
                arguments("'05:hello,'", "MALFORMED"),
                arguments("':,'", "MALFORMED"),
                arguments("'-1:,'", "MALFORMED"),
                arguments("'5:hello.'", "MALFORMED"));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void reads(String wire, String frames) {
        assertThat(Receiving.inText(NETSTRINGS, wire)).isEqualTo(frames);
    }

    @Test
    void writes() {
        assertThat(Sending.frames(NETSTRINGS, Wire.bytes("'hello'"), Wire.bytes("")))
                .isEqualTo(Wire.bytes("'5:hello,0:,'"));
        assertThatThrownBy(() -> Sending.frame(NETSTRINGS, new byte[21])).isInstanceOf(FrameException.class);
    }

    @Test
    void readsTheSameInWhateverPieces(Random random) {
        byte[] stream = Sending.frames(NETSTRINGS, Wire.bytes("'one'"), Wire.bytes(""), Wire.bytes("'a longer one'"));
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = Mutation.of(stream, random);
            assertThat(Receiving.pieces(NETSTRINGS, damaged, 1 + random.nextInt(4), 1 + random.nextInt(9))
                            .reading())
                    .isEqualTo(Receiving.whole(NETSTRINGS, damaged).reading());
        }
    }
}
