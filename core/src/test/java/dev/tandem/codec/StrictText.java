package dev.tandem.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** A second opinion on what is UTF-8 text: the JDK's decoder, told to report what it cannot decode. */
final class StrictText {

    private StrictText() {}

    /** Requires that text is decoded if the JDK decodes it, and else refused; whatever is decoded is written back. */
    static void run(byte[] text) {
        Codec<String, String> codec =
                LengthPrefixed.int32().maxFrame(Integer.MAX_VALUE).text();
        Optional<String> decoded = decodedBy(codec, text);
        if (!decoded.equals(decoded(text))) {
            throw new AssertionError(
                    "Decoded " + decoded + " from " + HexFormat.of().formatHex(text));
        }
        ByteBuf written = Unpooled.buffer();
        decoded.ifPresent(message -> codec.encode(message, written));
        if (decoded.isPresent() && !written.equals(Unpooled.wrappedBuffer(text))) {
            throw new AssertionError("Wrote " + ByteBufUtil.hexDump(written) + " for "
                    + HexFormat.of().formatHex(text));
        }
    }

    static Optional<String> decoded(byte[] text) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text))
                    .toString());
        } catch (CharacterCodingException refused) {
            return Optional.empty();
        }
    }

    static Optional<String> decodedBy(Codec<String, String> codec, byte[] text) {
        try {
            return Optional.of(codec.decode(Unpooled.wrappedBuffer(text)));
        } catch (FrameException refused) {
            return Optional.empty();
        }
    }
}
