package dev.tandem.client;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.LoopConnections;
import dev.tandem.layer.Passages;

/**
 * A loop with connections of a client, its own or one of a server.
 *
 * @param passages of sockets that are connected, and whose layers are not open yet
 */
record ClientLoop(LoopConnections connections, Passages passages) {

    static ClientLoop of(LoopConnections connections) {
        Passages passages = new Passages();
        connections.onEveryTick(passages::onTick);
        return new ClientLoop(connections, passages);
    }

    void tickFromOutside() {
        connections.tickFromOutside();
    }

    /** Tells every connection that the client drains. Those that are none yet are not wanted any more. */
    void drainAll() {
        connections.execute(() -> {
            passages.abortAll();
            connections.drainAll();
        });
    }

    /** Ends everything at once. */
    void endAll() {
        connections.execute(() -> {
            passages.abortAll();
            connections.endAll(CloseReason.DRAIN_DEADLINE);
        });
    }
}
