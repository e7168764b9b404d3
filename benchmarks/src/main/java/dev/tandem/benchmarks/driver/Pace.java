package dev.tandem.benchmarks.driver;

import java.io.IOException;

/** Decides when the next bytes of a connection are due, and what counts as a message. Runs on the load's thread. */
interface Pace {

    /** The connection is open, and a load begins: on new connections, or again on old ones. */
    void onBegun(Link link) throws IOException;

    /** Correct bytes came; {@code receivedBefore} is the connection's position before them. */
    void onReceived(Link link, long receivedBefore) throws IOException;

    /** Once per turn of the loop, before the load is drained. */
    default void onTurn() throws IOException {}

    /** How long the loop may wait for events, in milliseconds; 0 spins. */
    default long waitMillis() {
        return Load.WAIT_MILLIS;
    }

    /** Nothing more may become due. */
    default void onDraining() throws IOException {}

    /** Bursts of messages: the next when all replies of the last have come. */
    final class Bursts implements Pace {

        private final Load load;
        private final long burstBytes;

        Bursts(Load load) {
            this.load = load;
            burstBytes = load.unitBytes() * (long) load.options().depth();
        }

        @Override
        public void onBegun(Link link) throws IOException {
            link.startedNanos = load.nowNanos();
            link.due += burstBytes;
            load.push(link);
        }

        @Override
        public void onReceived(Link link, long receivedBefore) throws IOException {
            if (link.replied()) {
                load.count(load.options().depth());
                load.recordLatency(link.startedNanos);
                if (!load.draining()) {
                    onBegun(link);
                }
            }
        }
    }

    /** Messages without pause, up to a window of bytes that are not yet echoed. */
    final class Window implements Pace {

        private final Load load;
        private final int sizeBytes;

        Window(Load load) {
            this.load = load;
            sizeBytes = load.options().sizeBytes();
        }

        @Override
        public void onBegun(Link link) throws IOException {
            link.fill(sizeBytes, load.options().windowBytes());
            load.push(link);
        }

        @Override
        public void onReceived(Link link, long receivedBefore) throws IOException {
            load.count(link.received / sizeBytes - receivedBefore / sizeBytes);
            if (!load.draining()) {
                onBegun(link);
            }
        }
    }

    /** A connection for each message. */
    final class Churn implements Pace {

        private final Load load;

        Churn(Load load) {
            this.load = load;
        }

        @Override
        public void onBegun(Link link) throws IOException {
            link.due += load.unitBytes();
            load.push(link);
        }

        @Override
        public void onReceived(Link link, long receivedBefore) throws IOException {
            if (!link.replied()) {
                return;
            }
            load.count(1);
            load.recordLatency(link.startedNanos);
            link.channel.close();
            if (!load.draining()) {
                link.startedNanos = load.nowNanos();
                load.open(link);
            }
        }
    }

    /** One message, once. */
    final class Once implements Pace {

        private final Load load;

        Once(Load load) {
            this.load = load;
        }

        @Override
        public void onBegun(Link link) throws IOException {
            link.due += load.unitBytes();
            load.push(link);
        }

        @Override
        public void onReceived(Link link, long receivedBefore) {
            if (link.replied()) {
                load.count(1);
            }
        }
    }
}
