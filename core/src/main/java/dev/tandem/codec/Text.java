package dev.tandem.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** Bodies that are UTF-8 text. */
final class Text {

    /** What a decoder puts in place of bytes that are no UTF-8; it is also a character that a peer may send. */
    private static final char REPLACEMENT = '\ufffd';

    /** Texts up to so many characters are not worth the look at each that finds out how many bytes they take. */
    private static final int SHORT_CHARACTERS = 1024;

    private Text() {}

    static String decode(ByteBuf body) {
        String text = body.toString(StandardCharsets.UTF_8);
        // The strict check reads byte by byte, so it is left to the rare text that can fail it.
        if (text.indexOf(REPLACEMENT) >= 0 && !ByteBufUtil.isText(body, StandardCharsets.UTF_8)) {
            throw FrameException.malformed("The body is not UTF-8.");
        }
        return text;
    }

    static void encode(String text, ByteBuf out) {
        if (text.length() <= SHORT_CHARACTERS) {
            ByteBufUtil.writeUtf8(out, text);
        } else {
            // Else room is made for three times as many bytes as there are characters.
            ByteBufUtil.reserveAndWriteUtf8(out, text, ByteBufUtil.utf8Bytes(text));
        }
    }
}
