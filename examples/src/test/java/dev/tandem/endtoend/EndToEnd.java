package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.SocketLayer;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.TransportConfig;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/**
 * Starts servers and clients in this JVM, ends them after each test, and then holds every test to the same account: no
 * buffer, descriptor or thread is left, and nothing was logged that ought not to happen.
 */
@Timeout(60)
public abstract class EndToEnd {

    static {
        Logs.begin();
        warmUp();
    }

    @Parameter
    protected String transport;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Map<Integer, String> descriptorsBefore;

    @BeforeEach
    void rememberWhatThereIs() {
        Logs.begin();
        Secured.begin(transport);
        descriptorsBefore = Resources.descriptors();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        Secured.end();
        while (!open.isEmpty()) {
            open.pop().close();
        }
        Await.until("all threads of servers have ended", () -> Resources.serverThreads() == 0);
        Resources.assertNoBufferLeft();
        Resources.assertDescriptors(descriptorsBefore);
        assertThat(Logs.alarms()).isEmpty();
    }

    /** Starts a server on a free port; it ends with the test. */
    final TcpServer start(UnaryOperator<TcpServerBuilder> describe, SocketLayer... layers) {
        TcpServerBuilder builder = TcpServer.builder()
                .listen(0, layers.length > 0 ? layers : Secured.layers())
                .loops(2)
                .transport(TransportChoice.require(Secured.engine(transport)))
                .transportConfig(new TransportConfig(TransportConfig.DEFAULT.receiveBytes(), true));
        try {
            return closeAfterwards(describe.apply(builder).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    final TcpServer startEcho() {
        return start(builder -> builder.handler((connection, in) -> connection.write(in)));
    }

    /** Connects a client; it is closed at the end of the test. */
    final Peer connect(TcpServer server) {
        return closeAfterwards(Peer.connect(server.port()));
    }

    /** An address on which nothing listens, for as long as the test takes: somebody else could get a port that is free. */
    protected final InetSocketAddress addressOfNobody() throws IOException {
        Socket deaf = closeAfterwards(new Socket());
        deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return (InetSocketAddress) deaf.getLocalSocketAddress();
    }

    protected final <T extends AutoCloseable> T closeAfterwards(T resource) {
        open.push(resource);
        return resource;
    }

    /** Waits until this many connections have ended for this reason, and no other has ended at all. */
    static void awaitClosed(TcpServer server, CloseReason why, long count) {
        Await.value(why + " connections of " + server.closeReasons(), count, () -> closed(server, why));
        assertThat(server.closeReasons()).isEqualTo(Map.of(why, count));
    }

    /**
     * Waits until a number that changes on these loops has not changed for {@code still}, and returns it. Before each look every
     * loop has come to a task, between two of its events: one that stands still has not come to an end.
     */
    static long awaitHalt(Collection<EventLoop> loops, String what, Duration still, LongSupplier number) {
        return Await.halt(what, still, () -> {
            loops.forEach(loop -> loop.submit(() -> {}).syncUninterruptibly());
            return number.getAsLong();
        });
    }

    protected static long closed(TcpServer server, CloseReason why) {
        return server.closeReasons().getOrDefault(why, 0L);
    }

    /** The JDK keeps a few descriptors from the first use of its sockets on. */
    private static void warmUp() {
        try (ServerSocket listener = new ServerSocket(0);
                Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
                Socket accepted = listener.accept()) {
            accepted.setSoTimeout(1);
            client.getOutputStream().write(1);
            accepted.getInputStream().read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
