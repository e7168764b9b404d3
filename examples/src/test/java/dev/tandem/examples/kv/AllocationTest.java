package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Counts the bytes that commands allocate once their code is warm. */
class AllocationTest {

    private static final int COMMANDS = 10_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final KvSession session =
            new KvEngine(KvSettings.defaults(), System::currentTimeMillis).open(message -> {}, "peer", "local");

    @Test
    void readingAllocatesNothing() {
        EngineReply.of(session, "SET", "key", "value");
        assertThat(bytesPerCommand("GET", "key")).isZero();
        assertThat(bytesPerCommand("GET", "nokey")).isZero();
        assertThat(bytesPerCommand("MGET", "key", "nokey", "key")).isZero();
        assertThat(bytesPerCommand("EXISTS", "key")).isZero();
        assertThat(bytesPerCommand("TTL", "key")).isZero();
        assertThat(bytesPerCommand("PING")).isZero();
        assertThat(bytesPerCommand("ECHO", "hello")).isZero();
    }

    @Test
    void writingInPlaceAllocatesNothing() {
        assertThat(bytesPerCommand("SET", "key", "value")).isZero();
        assertThat(bytesPerCommand("SET", "key", "value", "EX", "100")).isZero();
        assertThat(bytesPerCommand("MSET", "key", "value", "other", "value")).isZero();
        assertThat(bytesPerCommand("INCR", "number")).isZero();
        assertThat(bytesPerCommand("EXPIRE", "key", "100")).isZero();
    }

    @Test
    void writingANewKeyAllocatesItsEntryAlone() {
        ByteBuf set = Unpooled.copiedBuffer(WireCase.command("SET", "key", "v".repeat(100)));
        ByteBuf del = Unpooled.copiedBuffer(WireCase.command("DEL", "key"));
        // An array header of 16 bytes, 16 bytes of lengths and expiry, key and value, rounded up to 8.
        assertThat(bytesPerRound(set, del)).isBetween(128.0, 144.0);
    }

    private double bytesPerCommand(String... arguments) {
        return bytesPerRound(Unpooled.copiedBuffer(WireCase.command(arguments)));
    }

    /** The least of several measurements, because the compiler's own moves show up as allocations now and then. */
    private double bytesPerRound(ByteBuf... requests) {
        ByteBuf out = Unpooled.buffer(1024);
        double least = Double.MAX_VALUE;
        for (int attempt = 0; attempt < 5; attempt++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < COMMANDS; i++) {
                for (ByteBuf request : requests) {
                    session.execute(request.readerIndex(0), out.clear());
                }
            }
            long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            least = Math.min(least, (double) (after - before) / COMMANDS);
        }
        // What the measuring itself allocates is shared by all commands.
        return least < 0.1 ? 0 : least;
    }
}
