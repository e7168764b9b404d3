package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Sessions on several threads, as the connections of several loops are. */
class ConcurrencyTest {

    private static final int THREADS = 4;
    private static final int ROUNDS = 2_000;

    private final KvEngine engine = new KvEngine(KvSettings.defaults(), System::currentTimeMillis);

    @Test
    void commandsOfSeveralLoopsAreAtomicAndMessagesReachEverybody() throws Exception {
        AtomicInteger messages = new AtomicInteger();
        KvSession listener = engine.open(message -> messages.incrementAndGet(), "peer", "local");
        EngineReply.of(listener, "SUBSCRIBE", "news");
        ExecutorService loops = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            running.add(loops.submit(this::runLoop));
        }
        for (Future<?> loop : running) {
            loop.get(60, TimeUnit.SECONDS);
        }
        loops.shutdown();
        KvSession last = engine.open(message -> {}, "peer", "local");
        assertThat(EngineReply.of(last, "GET", "n")).isEqualTo("$5\r\n" + 2 * THREADS * ROUNDS + "\r\n");
        assertThat(EngineReply.of(last, "DBSIZE")).isEqualTo(":" + (1 + THREADS * ROUNDS) + "\r\n");
        assertThat(messages).hasValue(THREADS * ROUNDS);
    }

    private void runLoop() {
        for (int i = 0; i < ROUNDS; i++) {
            KvSession session = engine.open(message -> {}, "peer", "local");
            EngineReply.of(session, "INCRBY", "n", "2");
            EngineReply.of(session, "SET", "k" + session.id(), "v", "EX", "1000");
            EngineReply.of(session, "PUBLISH", "news", "x");
            session.close();
            engine.tick();
        }
    }
}
