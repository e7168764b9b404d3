package dev.tandem.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.codec.Codec;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.ConnectionLimits;
import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A message costs what the application allocates for it, and nothing of ours. */
class NothingAllocatedPerMessageTest {

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final int MESSAGES = 2_000;
    private static final int ROUNDS = 30;

    /** The smallest object has 16 bytes. Buffers of a chunk are allowed: they do not grow in number with its messages. */
    private static final int LESS_THAN_AN_OBJECT_EACH = 8 * MESSAGES;

    // The message is the body itself, so that not even a message is allocated.
    private static final Codec<ByteBuf, ByteBuf> BODIES =
            Codec.of(new Int32Framing(100), body -> body, (body, out) -> out.writeBytes(body));

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** Buffers that are watched for leaks allocate with every access. */
    @BeforeEach
    void stopWatchingForLeaks() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void watchForLeaks() {
        ResourceLeakDetector.setLevel(level);
    }

    private static long leastOfManyChunks(ConnectionHandler handler) {
        PretendSocket.Loop loop = new PretendSocket.Loop(ConnectionLimits.DEFAULT);
        PretendSocket socket = loop.open(handler);
        socket.peerRemembers = false;
        String[] bodies = new String[MESSAGES];
        Arrays.fill(bodies, "12345678");
        ByteBuf chunk = Int32Framing.frames(bodies);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            chunk.readerIndex(0);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            socket.arrive(chunk);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        loop.end();
        return least;
    }

    @Test
    void onTheLoop() {
        assertThat(leastOfManyChunks(MessageService.<ByteBuf, ByteBuf>onLoop(BODIES, () -> (session, body) -> body)
                        .newHandler()))
                .isLessThan(LESS_THAN_AN_OBJECT_EACH);
    }

    @Test
    void asynchronously() {
        // Without a stage: those of the JDK allocate for whoever waits for them.
        assertThat(leastOfManyChunks(
                        MessageService.<ByteBuf, ByteBuf>async(BODIES, 8, ReplyOrder.REQUEST, () -> (session, body) -> {
                                    session.send(body);
                                    return null;
                                })
                                .newHandler()))
                .isLessThan(LESS_THAN_AN_OBJECT_EACH);
    }
}
