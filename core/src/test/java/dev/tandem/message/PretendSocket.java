package dev.tandem.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.connection.LoopConnections;
import dev.tandem.transport.NoKernel;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ManualIoEventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A socket without a kernel, on a loop that turns when the test says so. The test plays the peer and the transport: it lets
 * bytes arrive, and takes what is sent, or leaves it.
 */
final class PretendSocket implements StreamSocket {

    /** A loop owned by the test's thread, and the connections on it. */
    static final class Loop {

        /** How often other threads have woken the loop. */
        final AtomicInteger wakeups = new AtomicInteger();

        final ManualIoEventLoop loop = new ManualIoEventLoop(Thread.currentThread(), executor -> new CountingWakeUps());
        final List<CloseReason> closed = new ArrayList<>();
        final LoopConnections connections;

        Loop(ConnectionLimits limits) {
            connections = new LoopConnections(
                    loop, UnpooledByteBufAllocator.DEFAULT, limits, connection -> closed.add(connection.closeReason()));
        }

        /** Runs everything that is due. */
        void turn() {
            loop.runNow();
        }

        /** Ends what the test left open, and checks that nothing is held afterwards. */
        void end() {
            connections.forEach(Connection::abort);
            turn();
            assertThat(connections.bufferedBytes()).isZero();
        }

        PretendSocket open(ConnectionHandler handler) {
            PretendSocket socket = new PretendSocket(this);
            socket.events = Connection.open(connections, socket, handler);
            return socket;
        }

        private final class CountingWakeUps extends NoKernel {

            @Override
            public void wakeup() {
                wakeups.incrementAndGet();
            }
        }
    }

    private final Loop home;
    private SocketEvents events;
    private ByteBuf sending;

    /** Whether the peer takes what is sent at the end of the turn. */
    boolean peerReads = true;

    /** Whether the peer keeps what it takes. */
    boolean peerRemembers = true;

    boolean receiving;
    boolean outputShutDown;
    boolean closed;
    int sends;
    final ByteBuf taken = Unpooled.buffer();

    private PretendSocket(Loop home) {
        this.home = home;
    }

    // ---- The peer and the transport ----

    /** Bytes arrive, and the loop turns. */
    void arrive(ByteBuf bytes) {
        if (!receiving) {
            throw new IllegalStateException("The connection is not reading.");
        }
        events.onReceived(bytes);
        home.turn();
    }

    /** The peer has finished sending. */
    void arriveEnd() {
        events.onReceiveEnd();
        home.turn();
    }

    /** The peer takes what it left, and everything that follows. */
    void peerReads() {
        peerReads = true;
        take();
        home.turn();
    }

    private void take() {
        if (sending != null && peerReads) {
            int bytes = sending.readableBytes();
            if (peerRemembers) {
                taken.writeBytes(sending);
            } else {
                sending.skipBytes(bytes);
            }
            sending = null;
            events.onSent(bytes);
        }
    }

    // ---- The connection's side ----

    @Override
    public void send(ByteBuf bytes) {
        if (sending != null) {
            throw new IllegalStateException("A send is in flight.");
        }
        sends++;
        sending = bytes;
        home.loop.execute(this::take);
    }

    @Override
    public void resumeReceiving() {
        receiving = true;
    }

    @Override
    public void pauseReceiving() {
        receiving = false;
    }

    @Override
    public boolean sendLoan(ByteBuf loan) {
        return false;
    }

    @Override
    public void shutdownOutput() {
        outputShutDown = true;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            home.loop.execute(events::onClosed);
        }
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public IoEventLoop loop() {
        return home.loop;
    }

    @Override
    public SocketAddress localAddress() {
        return new InetSocketAddress("127.0.0.1", 1);
    }

    @Override
    public SocketAddress remoteAddress() {
        return new InetSocketAddress("127.0.0.1", 2);
    }

    @Override
    public String toString() {
        return "pretend";
    }
}
