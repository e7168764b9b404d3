package dev.tandem.server;

import dev.tandem.connection.ByteBudget;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.connection.LoopConnections;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEventLoop;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A loop of the server and the connections on it. */
final class ServerLoop {

    private final IoEventLoop loop;
    private final LoopConnections connections;

    /** Connections here and on their way here: what the placement of the next one goes by. */
    private final AtomicInteger load = new AtomicInteger();

    ServerLoop(IoEventLoop loop, ConnectionLimits limits, ByteBudget budget, Consumer<Connection> onRemoved) {
        this.loop = loop;
        // Pooled, not Netty's adaptive default: its memory is bounded by what is in use at a time, and it is the older.
        this.connections = new LoopConnections(loop, PooledByteBufAllocator.DEFAULT, limits, budget, connection -> {
            load.decrementAndGet();
            onRemoved.accept(connection);
        });
    }

    IoEventLoop loop() {
        return loop;
    }

    LoopConnections connections() {
        return connections;
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
