package dev.tandem.endtoend;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A client that behaves, and measures how long it waits: it asks again as soon as it is answered. */
final class GoodClient implements AutoCloseable {

    private final Peer peer;
    private final byte[] request;

    /** Asks with bytes that the server answers with themselves. */
    GoodClient(int port, byte[] request) {
        this.peer = Peer.connect(port);
        this.request = request;
    }

    /** How long the answers took, shortest first. */
    record Waits(long[] nanos) {

        /** So many percent of the answers took no longer. */
        double micros(double percent) {
            return nanos[(int) Math.ceil(nanos.length * percent / 100) - 1] / 1_000.0;
        }

        @Override
        public String toString() {
            return String.format(
                    "%d answers, p50 %.0f us, p99 %.0f us, p99.9 %.0f us, most %.0f us",
                    nanos.length, micros(50), micros(99), micros(99.9), micros(100));
        }
    }

    Waits ask(long seconds) throws IOException {
        return askUntil(
                CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS)));
    }

    Waits askUntil(CompletableFuture<?> done) throws IOException {
        long[] nanos = new long[1 << 22];
        int count = 0;
        while (!done.isDone() && count < nanos.length) {
            long asked = System.nanoTime();
            if (!Arrays.equals(peer.send(request).receive(request.length), request)) {
                throw new AssertionError("The answer is not the request.");
            }
            nanos[count++] = System.nanoTime() - asked;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return new Waits(sorted);
    }

    @Override
    public void close() {
        peer.close();
    }
}
