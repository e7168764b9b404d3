package dev.tandem.testkit;

import dev.tandem.codec.Codec;
import dev.tandem.codec.FrameException;
import dev.tandem.codec.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * Verifies a codec: that every message comes back from its bytes, in whatever pieces they arrive, and that no bytes do
 * harm.
 *
 * <pre>{@code
 * @Test
 * void keepsItsPromises() {
 *     CodecVerifier.of(codec).messages(new Get(1, "a"), new Get(2, "")).verify();
 * }
 * }</pre>
 *
 * <p>What is verified, of the framing as well as of {@code decode} and {@code encode}:
 *
 * <ul>
 *   <li>A message that is encoded and decoded is equal to what it was. It is a copy: the bytes it came from are
 *       overwritten before it is compared.
 *   <li>All messages in one piece, in two pieces for every place to split them, and byte by byte are the same messages. A
 *       frame yields its message when its last byte has arrived, and nothing before.
 *   <li>A body above the limit is refused when it is written. Bytes without an end are refused when they are received.
 *   <li>Garbage, and streams in which something is damaged, yield messages or an exception, the same in whatever pieces. A
 *       reader throws nothing but {@link FrameException} and finds no frame beyond the limit or beyond what arrived. An
 *       {@link Error} is thrown by nothing. Memory grows with the bytes received: at most 64 times as many are allocated,
 *       and a mebibyte.
 * </ul>
 *
 * <p>Long streams are split and damaged in fewer places, chosen at random. A limit above 16 MiB is
 * not tried out; give such a codec a smaller one here.
 *
 * @param <M> the messages
 */
public final class CodecVerifier<M> {

    private static final String SEED_PROPERTY = "tandem.seed";
    private static final int GARBAGE_STREAMS = 1_000;
    private static final int GARBAGE_BYTES_MAX = 256;
    private static final int TRIED_LIMIT_MAX = 16 << 20;

    /** What a framing may put around a body. A server holds no more bytes for a frame, so a reader must not wait for more. */
    private static final int AROUND_BODY_BYTES_MAX = 64 * 1024;

    /** How much is copied to split or damage streams in many places. */
    private static final long COPIED_BYTES_MAX = 16 << 20;

    private static final long ALLOCATED_BYTES_MAX = 1 << 20;
    private static final long ALLOCATED_PER_RECEIVED_MAX = 64;

    private final Codec<?, M> sender;
    private final Codec<M, ?> receiver;
    private final List<M> messages = new ArrayList<>();
    private long seed = Long.getLong(SEED_PROPERTY, System.nanoTime());
    private Random random;

    private CodecVerifier(Codec<?, M> sender, Codec<M, ?> receiver) {
        this.sender = Objects.requireNonNull(sender, "sender");
        this.receiver = Objects.requireNonNull(receiver, "receiver");
    }

    /** Verifies a codec that receives what it sends. */
    public static <M> CodecVerifier<M> of(Codec<M, M> codec) {
        return new CodecVerifier<>(codec, codec);
    }

    /** Verifies one direction between two codecs: a client's requests and a server that reads them, for example. */
    public static <M> CodecVerifier<M> of(Codec<?, M> sender, Codec<M, ?> receiver) {
        return new CodecVerifier<>(sender, receiver);
    }

    /**
     * Adds messages to verify with. Take the smallest, the largest and the strange. They are compared with equals, and
     * arrays by what they contain.
     */
    @SafeVarargs
    public final CodecVerifier<M> messages(M... samples) {
        for (M sample : samples) {
            messages.add(sample);
        }
        return this;
    }

    /** Adds messages to verify with. */
    public CodecVerifier<M> messages(Collection<? extends M> samples) {
        messages.addAll(samples);
        return this;
    }

    /**
     * Repeats the run with this seed. Without one, every run has a new seed, unless the system property
     * {@code tandem.seed} sets it.
     */
    public CodecVerifier<M> seed(long seed) {
        this.seed = seed;
        return this;
    }

    /**
     * Verifies.
     *
     * @throws AssertionError if the codec breaks a promise; the message names it, the bytes and the seed
     * @throws IllegalStateException if there are no messages to verify with
     */
    public void verify() {
        if (messages.isEmpty()) {
            throw new IllegalStateException("CodecVerifier needs at least one message.");
        }
        random = new Random(seed);
        try {
            verifyMessages();
            verifySplits();
            verifyByteByByte();
            verifyLimitSending();
            verifyLimitReceiving();
            verifyGarbage();
        } catch (AssertionError broken) {
            throw new AssertionError(
                    broken.getMessage() + System.lineSeparator() + "The seed was " + seed + ". Repeat with .seed("
                            + seed + "L) or -D" + SEED_PROPERTY + "=" + seed + ".",
                    broken);
        }
    }

    private void verifyMessages() {
        for (M message : messages) {
            byte[] frame = frame(message);
            Received<M> received = Received.inPieces(receiver, frame, frame.length);
            require(received, List.of(message), frame, "A message in one piece");
        }
        byte[] stream = stream(messages);
        require(Received.inPieces(receiver, stream, stream.length), messages, stream, "All messages in one piece");
    }

    private void verifySplits() {
        byte[] stream = stream(messages);
        int[] ends = frameEnds();
        for (int at : splits(stream.length)) {
            Received<M> received = new Received<>(receiver);
            received.receive(stream, 0, at);
            long complete = Arrays.stream(ends).filter(end -> end <= at).count();
            String what = "A stream that is split at " + at;
            if (received.isRefused() || received.count() != complete) {
                throw failure(what + " must yield " + complete + " messages at first, but gave " + received, stream);
            }
            received.receive(stream, at, stream.length);
            require(received, messages, stream, what);
        }
    }

    private void verifyByteByByte() {
        byte[] stream = stream(messages);
        int step = 1 + stream.length / 50_000;
        require(Received.inPieces(receiver, stream, step), messages, stream, "A stream in pieces of " + step);
    }

    private void verifyLimitSending() {
        Framing framing = sender.framing();
        if (framing.maxFrame() > TRIED_LIMIT_MAX) {
            return;
        }
        ByteBuf out = Unpooled.buffer();
        int mark = framing.begin(out);
        out.writeBytes(filled((byte) 'x', framing.maxFrame() + 1));
        try {
            framing.end(out, mark);
        } catch (FrameException refused) {
            return;
        }
        throw new AssertionError("A body of " + (framing.maxFrame() + 1) + " bytes was written, but the limit is "
                + framing.maxFrame() + ".");
    }

    private void verifyLimitReceiving() {
        int limit = receiver.framing().maxFrame();
        if (limit > TRIED_LIMIT_MAX) {
            return;
        }
        byte[] noise = new byte[limit + AROUND_BODY_BYTES_MAX];
        random.nextBytes(noise);
        for (byte[] endless : List.of(
                noise,
                filled((byte) 0, noise.length),
                filled((byte) -1, noise.length),
                filled((byte) 'x', noise.length))) {
            Received<M> received = Received.inPieces(receiver, endless, 1 + noise.length / 64);
            if (!received.isRefused() && received.unreadBytes() == noise.length) {
                throw failure(
                        "A reader with a limit of " + limit + " still waits after " + noise.length + " bytes", endless);
            }
        }
    }

    private void verifyGarbage() {
        int bytes = stream(messages).length;
        for (int i = 0; i < affordable(GARBAGE_STREAMS, bytes); i++) {
            byte[] garbage = switch (i % 3) {
                case 0 -> noise();
                case 1 -> damaged(stream(List.of(oneOf(messages), oneOf(messages))));
                default -> framed(damaged(body(oneOf(messages))));
            };
            Received<M> whole = received(garbage, Math.max(1, garbage.length));
            Received<M> pieces = received(garbage, 1 + random.nextInt(16) + garbage.length / 1_000);
            if (!whole.isSameAs(pieces)) {
                throw failure("Garbage in pieces yields " + pieces + ", but in one piece " + whole, garbage);
            }
        }
    }

    /** Receives garbage and counts what is allocated; again if it is much, because classes are loaded only once. */
    private Received<M> received(byte[] garbage, int step) {
        long allowed = ALLOCATED_BYTES_MAX + ALLOCATED_PER_RECEIVED_MAX * garbage.length;
        long allocated = 0;
        for (int i = 0; i < 3; i++) {
            Received<M> received = Received.inPieces(receiver, garbage, step);
            allocated = received.allocatedBytes();
            if (allocated <= allowed) {
                return received;
            }
        }
        throw failure(allocated + " bytes were allocated for " + garbage.length + " received", garbage);
    }

    private byte[] noise() {
        byte[] noise = new byte[random.nextInt(GARBAGE_BYTES_MAX)];
        random.nextBytes(noise);
        return noise;
    }

    /** Bytes of which a few are replaced, removed or doubled. */
    private byte[] damaged(byte[] bytes) {
        ByteBuf damaged = Unpooled.buffer(bytes.length + GARBAGE_BYTES_MAX);
        int at = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, at + 1 + random.nextInt(8));
        damaged.writeBytes(bytes, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> damaged.writeBytes(noise()).writeBytes(bytes, at, bytes.length - at);
            case 1 -> damaged.writeBytes(bytes, to, bytes.length - to);
            case 2 ->
                damaged.writeBytes(filled((byte) -random.nextInt(2), to - at)).writeBytes(bytes, to, bytes.length - to);
            default -> damaged.writeBytes(bytes, at, to - at).writeBytes(bytes, at, bytes.length - at);
        }
        return ByteBufUtil.getBytes(damaged);
    }

    /** The frame of a body; the body itself if it cannot be framed. */
    private byte[] framed(byte[] body) {
        ByteBuf out = Unpooled.buffer();
        int mark = sender.framing().begin(out);
        out.writeBytes(body);
        try {
            sender.framing().end(out, mark);
            return ByteBufUtil.getBytes(out);
        } catch (FrameException refused) {
            return body;
        }
    }

    private M oneOf(List<M> samples) {
        return samples.get(random.nextInt(samples.size()));
    }

    private int[] splits(int length) {
        int[] splits = new int[affordable(length + 1, length)];
        Arrays.setAll(splits, i -> splits.length == length + 1 ? i : random.nextInt(length + 1));
        return splits;
    }

    /** How often so many bytes can be copied, up to {@code wanted} times. */
    private static int affordable(int wanted, int bytes) {
        return (int) Math.min(wanted, Math.max(16, COPIED_BYTES_MAX / Math.max(1, bytes)));
    }

    private int[] frameEnds() {
        int[] ends = new int[messages.size()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += frame(messages.get(i)).length;
            ends[i] = end;
        }
        return ends;
    }

    private byte[] stream(List<M> samples) {
        ByteBuf out = Unpooled.buffer();
        samples.forEach(message -> write(message, out));
        return ByteBufUtil.getBytes(out);
    }

    private byte[] body(M message) {
        ByteBuf out = Unpooled.buffer();
        sender.encode(message, out);
        return ByteBufUtil.getBytes(out);
    }

    private byte[] frame(M message) {
        return stream(List.of(message));
    }

    private void write(M message, ByteBuf out) {
        byte[] before = ByteBufUtil.getBytes(out, 0, out.writerIndex());
        int mark = sender.framing().begin(out);
        sender.encode(message, out);
        sender.framing().end(out, mark);
        if (mark != before.length
                || out.readerIndex() != 0
                || !Arrays.equals(before, ByteBufUtil.getBytes(out, 0, mark))) {
            throw failure("Writing " + message + " changed what stands before its frame", before);
        }
    }

    private static byte[] filled(byte value, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }

    private static <M> void require(Received<M> received, List<M> expected, byte[] stream, String what) {
        if (!received.isExactly(expected)) {
            throw failure(what + " must yield " + Received.shown(expected) + ", but gave " + received, stream);
        }
    }

    static AssertionError failure(String what, byte[] stream) {
        int shown = Math.min(stream.length, GARBAGE_BYTES_MAX);
        String more = shown < stream.length ? " ... (" + stream.length + " bytes)" : "";
        return new AssertionError(what + "." + System.lineSeparator() + "The bytes were "
                + ByteBufUtil.hexDump(stream, 0, shown) + more + ".");
    }
}
