package dev.tandem.endtoend;

import dev.tandem.codec.Codec;
import dev.tandem.codec.LengthPrefixed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Text in frames of a length of four bytes: a codec for servers, and the same by hand for peers. */
final class Framed {

    static final int MAX = 2 << 20;

    static final Codec<String, String> TEXT =
            LengthPrefixed.int32().maxFrame(MAX).text();

    private Framed() {}

    static byte[] frames(String... bodies) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (String body : bodies) {
            byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
            frames.writeBytes(length(bytes.length));
            frames.writeBytes(bytes);
        }
        return frames.toByteArray();
    }

    static byte[] length(int length) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(length).array();
    }

    static String receive(Peer peer) throws IOException {
        return peer.receiveText(ByteBuffer.wrap(peer.receive(Integer.BYTES)).getInt());
    }

    /** The bodies of all frames in these bytes, which end with a frame. */
    static String[] bodies(byte[] frames) {
        ByteBuffer rest = ByteBuffer.wrap(frames);
        List<String> bodies = new ArrayList<>();
        while (rest.hasRemaining()) {
            byte[] body = new byte[rest.getInt()];
            rest.get(body);
            bodies.add(new String(body, StandardCharsets.US_ASCII));
        }
        return bodies.toArray(String[]::new);
    }
}
