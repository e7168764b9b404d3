package dev.tandem.examples.kv;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;

/**
 * Prints what one command costs from received bytes to reply bytes, without any network: 32 commands in each chunk, as a
 * client with a pipeline of 32 sends them. Not a test; it measures for some seconds.
 *
 * <p>Run it with the test class path: {@code java -cp ... dev.tandem.examples.kv.EngineCost [keys] [value bytes]}
 */
final class EngineCost {

    private static final int COMMANDS_PER_CHUNK = 32;
    private static final int CHUNKS = 2048;
    private static final int ROUNDS = 12;

    private EngineCost() {}

    public static void main(String[] arguments) {
        int keys = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
        int valueBytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 16;
        // Warm-up mixes all commands, so that no figure profits from a compiler that has seen one of them only.
        KvEngine engine = new KvEngine(KvSettings.defaults(), System::currentTimeMillis);
        KvSession session = engine.open(message -> {}, "peer", "local");
        ByteBuf[] gets = chunks(keys, key -> array("GET", key));
        ByteBuf[] sets = chunks(keys, key -> array("SET", key, "v".repeat(valueBytes)));
        ByteBuf[] pings = chunks(keys, key -> array("PING"));
        ByteBuf[] inline = chunks(keys, key -> "PING\r\n");
        ByteBuf[] incrs = chunks(keys, key -> array("INCR", "n" + key));
        ByteBuf[] expiring = chunks(keys, key -> array("SET", "x" + key, "v".repeat(valueBytes), "EX", "1000"));
        fill(session, keys, valueBytes);
        for (int round = 0; round < ROUNDS; round++) {
            System.out.printf(
                    Locale.ROOT,
                    "round %d, ns per command: GET %.0f, SET %.0f, PING %.0f, PING inline %.0f, INCR %.0f, SET EX %.0f%n",
                    round,
                    measure(session, gets),
                    measure(session, sets),
                    measure(session, pings),
                    measure(session, inline),
                    measure(session, incrs),
                    measure(session, expiring));
        }
    }

    private interface Request {
        String forKey(String key);
    }

    private static String key(int index) {
        return String.format(Locale.ROOT, "key:%012d", index);
    }

    private static String array(String... arguments) {
        StringBuilder text = new StringBuilder("*" + arguments.length + "\r\n");
        for (String argument : arguments) {
            text.append('$')
                    .append(argument.length())
                    .append("\r\n")
                    .append(argument)
                    .append("\r\n");
        }
        return text.toString();
    }

    private static ByteBuf[] chunks(int keys, Request request) {
        Random random = new Random(1);
        ByteBuf[] chunks = new ByteBuf[CHUNKS];
        for (int i = 0; i < CHUNKS; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = 0; j < COMMANDS_PER_CHUNK; j++) {
                text.append(request.forKey(key(random.nextInt(keys))));
            }
            chunks[i] = allocator().directBuffer(text.length());
            chunks[i].writeCharSequence(text, StandardCharsets.US_ASCII);
        }
        return chunks;
    }

    private static ByteBufAllocator allocator() {
        return Boolean.getBoolean("pooled") ? PooledByteBufAllocator.DEFAULT : ByteBufAllocator.DEFAULT;
    }

    private static void fill(KvSession session, int keys, int valueBytes) {
        ByteBuf in = allocator().directBuffer();
        ByteBuf out = allocator().directBuffer();
        for (int i = 0; i < keys; i++) {
            in.clear().writeCharSequence(array("SET", key(i), "v".repeat(valueBytes)), StandardCharsets.US_ASCII);
            session.execute(in, out.clear());
        }
        in.release();
        out.release();
    }

    private static double measure(KvSession session, ByteBuf[] chunks) {
        ByteBuf out = allocator().directBuffer(1 << 20);
        int rounds = 8;
        long begin = System.nanoTime();
        for (int i = 0; i < rounds; i++) {
            for (ByteBuf chunk : chunks) {
                chunk.readerIndex(0);
                if (session.execute(chunk, out.clear()) != KvSession.Progress.NEEDS_INPUT) {
                    throw new IllegalStateException("A chunk was not executed whole.");
                }
            }
        }
        long nanos = System.nanoTime() - begin;
        out.release();
        return (double) nanos / rounds / CHUNKS / COMMANDS_PER_CHUNK;
    }
}
