package dev.tandem.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A socket whose kernel is the test, on its way through a layer that opens when the test says so. */
class PassageTest {

    private final List<String> events = new ArrayList<>();
    private final Layer layer = new Layer();
    private final StreamSocket socket = (StreamSocket) Proxy.newProxyInstance(
            StreamSocket.class.getClassLoader(), new Class<?>[] {StreamSocket.class}, (proxy, method, arguments) -> {
                events.add(method.getName());
                return null;
            });
    private final Passage passage =
            new Passage(socket, List.of(layer), new Passages(), new Above(), () -> events.add("gone"));

    @Test
    void aLayerThatOpensAfterTheSocketWasAbortedMakesNoConnection() {
        SocketEvents told = passage.begin();
        passage.abort();

        assertThat(layer.upper.open(socket)).isNull();
        told.onClosed();
        assertThat(events).containsExactly("abort", "closed below", "gone");
    }

    @Test
    void aLayerThatOpensBeforeMakesOne() {
        SocketEvents told = passage.begin();

        assertThat(layer.upper.open(socket)).isNotNull();
        told.onClosed();
        assertThat(events).containsExactly("open", "closed below");
    }

    private static class Silent implements LayerEvents {

        @Override
        public void onReceived(ByteBuf loan) {}

        @Override
        public void onReceiveEnd() {}

        @Override
        public void onSent(int bytes) {}

        @Override
        public void onFailed(TransportException why) {}

        @Override
        public void onClosed() {}

        @Override
        public void onOverdue() {}

        @Override
        public void onDrain() {}
    }

    private final class Layer extends Silent implements RunningLayer {

        private Upper upper;

        @Override
        public LayerEvents begin(StreamSocket below, Upper above) {
            upper = above;
            return this;
        }

        @Override
        public Duration deadline() {
            return Duration.ofMinutes(1);
        }

        @Override
        public void onClosed() {
            events.add("closed below");
        }

        @Override
        public void close() {}
    }

    private final class Above implements Upper {

        @Override
        public SocketEvents open(StreamSocket layered) {
            events.add("open");
            return new Silent();
        }

        @Override
        public void refuse(CloseReason why, String because) {
            events.add("refused " + why);
        }
    }
}
