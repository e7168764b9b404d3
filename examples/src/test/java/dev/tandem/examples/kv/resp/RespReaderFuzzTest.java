package dev.tandem.examples.kv.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Feeds the reader commands, broken commands and noise. Whatever comes, it must throw nothing but the protocol error,
 * allocate no more than four times what was received, and the outcome must be the same however the bytes are cut.
 */
class RespReaderFuzzTest {

    private static final RespLimits LIMITS = new RespLimits(10_000, 200, 400, 80);
    private static final long RUN_NANOS = Long.getLong("tandem.fuzzSeconds", 2) * 1_000_000_000L;

    private static final int ALLOCATED_PER_RECEIVED = 4;
    /** The places of the arguments of the shortest commands, and a copy of a line with quotes. */
    private static final int ALLOCATED_FOR_SHORT_ONES = 2048;
    /** For the error and its message, of which there is one at most. */
    private static final int ALLOCATED_FOR_ERROR = 2048;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final String[] PIECES = {
        "*1\r\n",
        "*2\r\n",
        "*3\r\n",
        "*0\r\n",
        "*-1\r\n",
        "*10001\r\n",
        "*10000\r\n",
        "*",
        "$",
        "$1\r\nx\r\n",
        "$3\r\nGET\r\n",
        "$0\r\n\r\n",
        "$200\r\n",
        "$201\r\n",
        "$99999\r\n",
        "$100000\r\n",
        "$-1\r\n",
        "$01\r\n",
        "$9223372036854775808\r\n",
        "\r\n",
        "\n",
        "\r",
        "PING\r\n",
        "SET \"a\\x41\" 'b'\r\n",
        "\"",
        "'",
        "\\",
        " ",
        "\0",
        "\t",
        "x",
        "1234567890",
        "$10\r\n0123456789\r\n",
        "*2x\r\n"
    };

    @Test
    void outcomeDoesNotDependOnHowTheBytesAreCut() {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        Random random = new Random(seed);
        long end = System.nanoTime() + RUN_NANOS;
        long input = 0;
        for (; input == 0 || System.nanoTime() < end; input++) {
            byte[] bytes = randomInput(random);
            List<String> whole = read(bytes, bytes.length, random);
            for (int pieceMax : new int[] {1, 3, 40}) {
                assertThat(read(bytes, pieceMax, random))
                        .as("input %d, repeat with -Dtandem.seed=%d: %s", input, seed, Arrays.toString(bytes))
                        .isEqualTo(whole);
            }
        }
        System.out.println("figure: RESP, " + input + " inputs in " + RUN_NANOS / 1_000_000_000L + " s");
    }

    @Test
    void allocatesNoMoreThanFourTimesWhatWasReceived() {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        Random random = new Random(seed);
        long end = System.nanoTime() + RUN_NANOS;
        // What is allocated when classes are loaded is no input's doing.
        for (int i = 0; i < 10_000; i++) {
            allocatedBytes(randomInput(random));
        }
        long input = 0;
        for (; input == 0 || System.nanoTime() < end; input++) {
            byte[] bytes = randomInput(random);
            assertThat(allocatedBytes(bytes))
                    .as("input %d, repeat with -Dtandem.seed=%d: %s", input, seed, Arrays.toString(bytes))
                    .isLessThanOrEqualTo(
                            ALLOCATED_PER_RECEIVED * bytes.length + ALLOCATED_FOR_SHORT_ONES + ALLOCATED_FOR_ERROR);
        }
        System.out.println("figure: allocation by RESP, " + input + " inputs in " + RUN_NANOS / 1_000_000_000L + " s");
    }

    private static long allocatedBytes(byte[] bytes) {
        RespReader reader = new RespReader(LIMITS);
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            boolean more = true;
            while (more) {
                more = reader.next(in);
            }
        } catch (RespException error) {
            // It may be allocated, too.
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** The commands read, then the error if there was one. */
    private static List<String> read(byte[] bytes, int pieceMax, Random random) {
        RespReader reader = new RespReader(LIMITS);
        List<String> outcome = new ArrayList<>();
        int consumed = 0;
        int received = 0;
        try {
            while (received < bytes.length) {
                received = Math.min(bytes.length, received + 1 + random.nextInt(pieceMax));
                int shift = random.nextInt(4);
                ByteBuf in = Unpooled.buffer().writeZero(shift).skipBytes(shift);
                in.writeBytes(bytes, consumed, received - consumed);
                while (reader.next(in)) {
                    outcome.add(RespReaderTest.arguments(reader).toString());
                }
                consumed = received - in.readableBytes();
            }
        } catch (RespException error) {
            outcome.add(error.getMessage());
        }
        return outcome;
    }

    private static byte[] randomInput(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = random.nextInt(12); i >= 0; i--) {
            if (random.nextInt(3) == 0) {
                out.writeBytes(command(random));
            } else {
                out.writeBytes(PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        byte[] bytes = out.toByteArray();
        for (int i = random.nextInt(3) - 1; i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static byte[] command(Random random) {
        int count = 1 + random.nextInt(5);
        StringBuilder text = new StringBuilder("*" + count + "\r\n");
        for (int i = 0; i < count; i++) {
            int length = random.nextInt(random.nextInt(5) == 0 ? 120 : 12);
            text.append('$').append(length).append("\r\n");
            random.ints(length, 0, 256).forEach(c -> text.append((char) c));
            text.append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
