package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.LayerEvents;
import dev.tandem.layer.Relay;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.SocketLayer;
import dev.tandem.layer.Upper;
import dev.tandem.server.TcpServer;
import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a layer of somebody else may do to a server. */
@OnBothTransports
class LayerTest extends EndToEnd {

    @Test
    void aLayerThatThrowsAtItsBeginningCostsThatConnectionOnly() throws Exception {
        TcpServer server = start(
                builder -> builder.loops(1)
                        .limits(limits -> limits.withConnections(1))
                        .handler((connection, in) -> connection.write(in)),
                new Failing());
        assertThat(connect(server).seesReset()).isTrue();
        Await.value("connections", 0, server::connections);

        // The next one has the place of the first, and its deadline is looked after.
        assertThat(connect(server).seesReset()).isTrue();
        awaitClosed(server, CloseReason.FIRST_BYTE_TIMEOUT, 1);
        Await.value("connections", 0, server::connections);
        Logs.begin();
    }

    /** Throws the first time, and then is never open. */
    private static final class Failing implements SocketLayer, RunningLayer {

        private final AtomicBoolean failed = new AtomicBoolean();

        @Override
        public RunningLayer start() {
            return this;
        }

        @Override
        public LayerEvents begin(StreamSocket socket, Upper upper) {
            if (failed.compareAndSet(false, true)) {
                throw new IllegalStateException("There is no such layer today.");
            }
            return new Silent(socket, upper);
        }

        @Override
        public Duration deadline() {
            return Duration.ofMillis(500);
        }

        @Override
        public void close() {}
    }

    private static final class Silent extends Relay implements LayerEvents {

        private final StreamSocket socket;
        private final Upper upper;

        Silent(StreamSocket socket, Upper upper) {
            this.socket = socket;
            this.upper = upper;
        }

        @Override
        public void onReceived(ByteBuf loan) {}

        @Override
        public void onReceiveEnd() {}

        @Override
        public void onClosed() {}

        @Override
        public void onOverdue() {
            upper.refuse(CloseReason.FIRST_BYTE_TIMEOUT, null);
            socket.abort();
        }

        @Override
        public void onDrain() {
            socket.abort();
        }
    }
}
