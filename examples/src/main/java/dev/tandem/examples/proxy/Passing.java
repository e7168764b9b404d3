package dev.tandem.examples.proxy;

import dev.tandem.client.TcpClient;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One direction: passes on what its connection receives to the connection of the other direction. Both live on the same
 * loop, so nothing here needs a lock.
 */
class Passing implements ConnectionHandler {

    private Connection connection;
    private Passing other;
    private boolean finished;

    /** The handler of a client: connects to the server behind when the client's connection is open. */
    static Passing ofClient(TcpClient connector, SocketAddress behind) {
        return new OfClient(connector, behind);
    }

    final void join(Passing opposite) {
        other = opposite;
        opposite.other = this;
    }

    final Connection connection() {
        return connection;
    }

    @Override
    public void onOpened(Connection opened) {
        connection = opened;
        // Each direction stops for its own target only. If one that is full stopped the other too, two ends that each
        // wait
        // for the other to read would wait for ever.
        connection.readIndependently();
    }

    @Override
    public void onBytes(Connection ignored, ByteBuf in) {
        other.connection.write(in);
        if (!other.connection.isWritable()) {
            connection.pauseReading();
        }
    }

    /** This connection has room again for what the other one receives. */
    @Override
    public void onWritable(Connection ignored) {
        if (!other.finished) {
            other.connection.resumeReading();
        }
    }

    @Override
    public void onPeerFinished(Connection ignored) {
        finish();
    }

    /**
     * Nothing more comes from here. When nothing comes from either end, both connections end: that to the server behind first,
     * and the client's when everything was delivered there, because a proxy that drains waits for its clients only.
     */
    private void finish() {
        finished = true;
        other.connection.shutdownOutput();
        if (other.finished) {
            behind().close();
        }
    }

    /** The connection to the server behind. */
    Connection behind() {
        return connection;
    }

    /** The proxy is going to end: as if this end had finished, so that it still gets the answers it is owed. */
    @Override
    public void onDrain(Connection ignored) {
        if (!finished) {
            connection.pauseReading();
            finish();
        }
    }

    /** The stream of this end is over, in order or not, and the other end shall see it the same way. */
    @Override
    public void onClosed(Connection ignored, CloseReason why) {
        switch (why) {
            case PEER_CLOSED, CLOSED, IDLE_TIMEOUT -> other.connection.close(why);
            default -> other.connection.abort(why);
        }
    }

    /** The client's end, which is there before the other one. */
    private static final class OfClient extends Passing {

        private static final Logger LOG = LoggerFactory.getLogger(Passing.class);

        private final TcpClient connector;
        private final SocketAddress behind;
        private final Passing far = new Passing();
        private CompletableFuture<Connection> connecting;

        OfClient(TcpClient connector, SocketAddress behind) {
            this.connector = connector;
            this.behind = behind;
        }

        @Override
        public void onOpened(Connection opened) {
            super.onOpened(opened);
            opened.pauseReading();
            join(far);
            connecting = connector.connectBeside(opened, behind, far);
            connecting.whenComplete((connected, failure) -> {
                if (failure == null) {
                    opened.resumeReading();
                } else if (!connecting.isCancelled()) {
                    LOG.warn("A client is turned away: {}", failure.getMessage());
                    opened.abort(CloseReason.CONNECT_FAILED);
                }
            });
        }

        @Override
        Connection behind() {
            return far.connection();
        }

        private boolean isConnected() {
            return connecting.isDone() && !connecting.isCompletedExceptionally();
        }

        @Override
        public void onDrain(Connection opened) {
            if (isConnected()) {
                super.onDrain(opened);
            } else {
                opened.close(CloseReason.DRAINED);
            }
        }

        @Override
        public void onClosed(Connection closed, CloseReason why) {
            if (isConnected()) {
                super.onClosed(closed, why);
            } else {
                connecting.cancel(false);
            }
        }
    }
}
