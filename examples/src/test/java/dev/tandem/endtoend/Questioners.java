package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that ask again and again: each question is a connection of its own, so that many of them meet a restart. */
final class Questioners {

    private final int port;
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicBoolean enough = new AtomicBoolean();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    /** They begin at once. */
    Questioners(int count, int port) {
        this.port = port;
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(this::askAgainAndAgain);
            thread.start();
            threads.add(thread);
        }
    }

    private void askAgainAndAgain() {
        try {
            while (!enough.get()) {
                try (Peer peer = Peer.connect(port)) {
                    peer.echo("question");
                }
                answered.incrementAndGet();
            }
        } catch (IOException | UncheckedIOException | AssertionError failed) {
            failures.add(failed);
        }
    }

    /** Waits until many more of them are answered. */
    void awaitAnswers() {
        int before = answered.get();
        Await.until("clients are answered", () -> answered.get() > before + 100 || !failures.isEmpty());
    }

    /** Lets them end, and fails if any question was not answered. */
    void end() throws InterruptedException {
        enough.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }
}
