package dev.tandem.codec;

import dev.tandem.codec.FrameException.Violation;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A framing, and beside it a second opinion on what it must do: slow, obvious, on plain arrays, and written from the
 * framing's documentation and not from its code.
 */
abstract class Specimen {

    private final Framing framing;

    Specimen(Framing framing) {
        this.framing = framing;
    }

    final Framing framing() {
        return framing;
    }

    /** What stands at the beginning of these bytes. */
    abstract Cut cut(byte[] bytes);

    /** The frame of a body, or null when there is none. */
    abstract byte[] frame(byte[] body);

    /** A body that has a frame, most often a short one. */
    abstract byte[] body(Random random);

    /** What a reader must make of a stream. */
    final Reading reading(byte[] stream) {
        List<ByteBuffer> bodies = new ArrayList<>();
        int consumed = 0;
        while (true) {
            Cut cut = cut(Arrays.copyOfRange(stream, consumed, stream.length));
            if (cut.body == null) {
                return new Reading(bodies, consumed, cut.violation);
            }
            bodies.add(ByteBuffer.wrap(cut.body));
            consumed += cut.frameBytes;
        }
    }

    /** A stream of this many frames. */
    final byte[] stream(Random random, int frames) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = 0; i < frames; i++) {
            stream.writeBytes(frame(body(random)));
        }
        return stream.toByteArray();
    }

    /** Random bytes: short ones often, and some at the limit. */
    final byte[] randomBody(Random random, int least) {
        int most = Math.min(framing.maxFrame(), 300);
        int length = switch (random.nextInt(8)) {
            case 0 -> most;
            case 1 -> random.nextInt(most + 1);
            default -> random.nextInt(Math.min(most, 8) + 1);
        };
        byte[] body = new byte[Math.max(least, length)];
        random.nextBytes(body);
        return body;
    }

    @Override
    public final String toString() {
        return framing.toString();
    }

    /**
     * The beginning of a stream: a frame, a violation, or, when both are missing, too little.
     *
     * @param body of the frame, or null
     * @param frameBytes of the frame, all of it
     * @param violation or null
     */
    record Cut(byte[] body, int frameBytes, Violation violation) {

        static final Cut INCOMPLETE = new Cut(null, 0, null);
        static final Cut TOO_LARGE = new Cut(null, 0, Violation.TOO_LARGE);
        static final Cut MALFORMED = new Cut(null, 0, Violation.MALFORMED);

        static Cut frame(byte[] body, int frameBytes) {
            return new Cut(body, frameBytes, null);
        }
    }
}
