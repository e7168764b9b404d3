package dev.tandem.codec;

import dev.tandem.codec.FrameException.Violation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;

/**
 * What became of a stream of bytes.
 *
 * @param bodies the bodies of its complete frames
 * @param consumedBytes the bytes those frames took, all told
 * @param violation why reading ended there; null if it only waits for more
 */
record Reading(List<ByteBuffer> bodies, int consumedBytes, Violation violation) {

    /** The bodies as text in brackets, and the violation: {@code [one] [two] TOO_LARGE}. */
    String inText() {
        StringJoiner text = new StringJoiner(" ");
        for (ByteBuffer body : bodies) {
            text.add("[" + new String(body.array(), StandardCharsets.UTF_8) + "]");
        }
        return violation == null ? text.toString() : text.add(violation.name()).toString();
    }

    /** Shows bytes, because a failed comparison is read by somebody. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("frames");
        for (ByteBuffer body : bodies) {
            text.append(" [").append(HexFormat.of().formatHex(body.array())).append(']');
        }
        return text.append(" in ")
                .append(consumedBytes)
                .append(" bytes, then ")
                .append(violation == null ? "waits" : violation)
                .toString();
    }
}
