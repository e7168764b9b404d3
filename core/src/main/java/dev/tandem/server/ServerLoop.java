package dev.tandem.server;

import dev.tandem.connection.ByteBudget;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.connection.LoopConnections;
import dev.tandem.layer.Passages;
import dev.tandem.transport.Transport;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEventLoop;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A loop of the server and the connections on it. */
final class ServerLoop {

    private final IoEventLoop loop;
    private final LoopConnections connections;

    private final Passages passages = new Passages();

    /** Connections here and on their way here: what the placement of the next one goes by. */
    private final AtomicInteger load = new AtomicInteger();

    ServerLoop(
            Transport transport,
            IoEventLoop loop,
            ConnectionLimits limits,
            ByteBudget budget,
            Consumer<Connection> onRemoved) {
        this.loop = loop;
        // Pooled, not Netty's adaptive default: its memory is bounded by what is in use at a time, and it is the older.
        this.connections =
                new LoopConnections(transport, loop, PooledByteBufAllocator.DEFAULT, limits, budget, connection -> {
                    load.decrementAndGet();
                    onRemoved.accept(connection);
                });
        connections.onEveryTick(passages::onTick);
    }

    IoEventLoop loop() {
        return loop;
    }

    LoopConnections connections() {
        return connections;
    }

    Passages passages() {
        return passages;
    }

    /** The server drains. Returns how many connections there are. */
    int drainAll() {
        passages.drain();
        return connections.drainAll();
    }

    /** Ends everything on this loop at once. Returns how many connections were aborted. */
    int endAll(CloseReason reason) {
        passages.abortAll();
        return connections.endAll(reason);
    }

    int load() {
        return load.get();
    }

    void expectOne() {
        load.incrementAndGet();
    }

    void expectedOneNotCome() {
        load.decrementAndGet();
    }
}
