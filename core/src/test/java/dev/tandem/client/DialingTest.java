package dev.tandem.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.connection.ByteBudget;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.connection.LoopConnections;
import dev.tandem.transport.Acceptor;
import dev.tandem.transport.ConnectAttempt;
import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.Connector;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.Listener;
import dev.tandem.transport.NoKernel;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportException;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ManualIoEventLoop;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Which addresses are tried, for how long, and what is told in the end. The kernel is the test. */
class DialingTest {

    private static final SocketAddress NAME = InetSocketAddress.createUnresolved("somewhere", 9);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final TcpClient client = TcpClient.builder().loops(0).start();
    private final ManualIoEventLoop loop = new ManualIoEventLoop(Thread.currentThread(), executor -> new NoKernel());
    private final Kernel kernel = new Kernel();
    private final ClientLoop home = ClientLoop.of(new LoopConnections(
            kernel,
            loop,
            UnpooledByteBufAllocator.DEFAULT,
            ConnectionLimits.DEFAULT,
            new ByteBudget(Long.MAX_VALUE, 1, () -> {}),
            removed -> {}));
    private final CompletableFuture<List<SocketAddress>> found = new CompletableFuture<>();

    @AfterEach
    void close() {
        client.close();
    }

    private Dialing dial() {
        return dial(TIMEOUT);
    }

    private Dialing dial(List<SocketAddress> addresses) {
        Dialing dialing = new Dialing(client, home, NAME, ConnectOptions.DEFAULT, (connection, in) -> {}, List.of());
        dialing.begin(CompletableFuture.completedFuture(addresses));
        return dialing;
    }

    private Dialing dial(Duration timeout) {
        Dialing dialing = new Dialing(
                client, home, NAME, ConnectOptions.DEFAULT.withTimeout(timeout), (connection, in) -> {}, List.of());
        dialing.begin(found);
        return dialing;
    }

    private static SocketAddress address(int last) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last}), 9);
    }

    private static ConnectFailedException failureOf(Dialing dialing) {
        assertThat(dialing).isCompletedExceptionally();
        try {
            throw new AssertionError(dialing.join());
        } catch (CompletionException e) {
            return (ConnectFailedException) e.getCause();
        }
    }

    @Test
    void theNextAddressIsTriedWhenOneFailsAndAllFailuresAreTold() throws Exception {
        Dialing dialing = dial();
        found.complete(List.of(address(1), address(2)));

        kernel.fails(0, "ECONNREFUSED");
        assertThat(dialing).isNotDone();
        kernel.fails(1, "EHOSTUNREACH");

        assertThat(kernel.tried).containsExactly(address(1), address(2));
        ConnectFailedException failure = failureOf(dialing);
        assertThat(failure.reason()).isEqualTo(CloseReason.CONNECT_FAILED);
        assertThat(failure).hasMessageContaining("EHOSTUNREACH");
        assertThat(failure.getCause().getSuppressed()[0]).hasMessageContaining("ECONNREFUSED");
        assertThat(client.closeReasons()).containsOnlyKeys(CloseReason.CONNECT_FAILED);
    }

    @Test
    void theTimeIsSharedSoThatASilentAddressLeavesSomeForTheOthers() throws Exception {
        dial();
        found.complete(List.of(address(1), address(2), address(3)));
        kernel.fails(0, "ECONNREFUSED");
        kernel.fails(1, "ECONNREFUSED");

        assertThat(kernel.shares.get(0)).isBetween(TIMEOUT.dividedBy(4), TIMEOUT.dividedBy(3));
        assertThat(kernel.shares.get(1)).isBetween(TIMEOUT.dividedBy(3), TIMEOUT.dividedBy(2));
        assertThat(kernel.shares.get(2)).isBetween(TIMEOUT.dividedBy(2), TIMEOUT);
    }

    /** Repeated, for where the first takes long to begin, a loss does not show. */
    @RepeatedTest(10)
    void noneOfTheTimeIsLost() throws Exception {
        long begun = System.nanoTime();
        dial();
        found.complete(List.of(address(1)));

        Duration before = Duration.ofNanos(kernel.askedNanos - begun);
        assertThat(before.plus(kernel.shares.get(0))).isGreaterThanOrEqualTo(TIMEOUT);
    }

    @Test
    void aLookUpThatTakesTooLongIsATimeout() {
        Dialing dialing = dial(Duration.ofMillis(50));
        assertThatThrownBy(dialing::get).cause().isInstanceOf(ConnectFailedException.class);
        assertThat(failureOf(dialing).reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
        assertThat(kernel.tried).isEmpty();
    }

    @Test
    void aNameThatIsNotFoundIsTold() {
        Dialing dialing = dial();
        found.completeExceptionally(new UnknownHostException("somewhere"));
        assertThat(failureOf(dialing).reason()).isEqualTo(CloseReason.CONNECT_FAILED);
        assertThat(failureOf(dialing)).hasMessageContaining("somewhere");
    }

    @Test
    void cancellingDuringTheLookUpTriesNothing() throws Exception {
        Dialing dialing = dial();
        dialing.cancel(false);
        assertThat(found).isCancelled();
        assertThat(kernel.tried).isEmpty();
    }

    @Test
    void cancellingAnAttemptCancelsItInTheKernelAndTriesNoOther() throws Exception {
        Dialing dialing = dial();
        found.complete(List.of(address(1), address(2)));
        dialing.cancel(false);
        assertThat(kernel.cancelled).isEqualTo(1);
        kernel.fails(0, "ECANCELED");
        assertThat(kernel.tried).hasSize(1);
        assertThat(dialing).isCancelled();
    }

    @Test
    void cancellingIsCountedOnceAndForWhatItIsAtEveryStage() throws Exception {
        dial().cancel(false);
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.ABORTED, 1L));

        Dialing first = dial(List.of(address(1), address(2)));
        first.cancel(false);
        kernel.fails(0, "ECANCELED");
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.ABORTED, 2L));

        Dialing last = dial(List.of(address(3)));
        last.cancel(false);
        kernel.fails(1, "ECANCELED");
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.ABORTED, 3L));
    }

    @Test
    void aConnectionThatComesAfterwardsIsNotWanted() throws Exception {
        Dialing dialing = dial();
        found.complete(List.of(address(1)));
        dialing.giveUp();
        assertThat(kernel.connectors.get(0).onConnected(null)).isNull();
        assertThat(failureOf(dialing).reason()).isEqualTo(CloseReason.ABORTED);
    }

    @Test
    void theLookUpOfALiteralAddressNeedsNoResolver() {
        assertThat(NameLookup.of(InetSocketAddress.createUnresolved("127.0.0.1", 9))
                        .join())
                .containsExactly(new InetSocketAddress("127.0.0.1", 9));
        assertThat(NameLookup.of(InetSocketAddress.createUnresolved("::1", 9)).join())
                .containsExactly(new InetSocketAddress("::1", 9));
    }

    /** Without its zone an address of the link leads nowhere. */
    @Test
    void aLiteralAddressKeepsItsZone() throws Exception {
        InetSocketAddress found = (InetSocketAddress) NameLookup.of(InetSocketAddress.createUnresolved("fe80::1%1", 9))
                .join()
                .get(0);
        assertThat(((Inet6Address) found.getAddress()).getScopeId()).isEqualTo(1);
    }

    /** Notes what is tried; the test says what comes of it. */
    private static final class Kernel implements Transport {

        private final List<SocketAddress> tried = new ArrayList<>();
        private final List<Duration> shares = new ArrayList<>();
        private final List<Connector> connectors = new ArrayList<>();
        private long askedNanos;
        private int cancelled;

        void fails(int attempt, String errno) {
            connectors.get(attempt).onConnectFailed(new TransportException("connect", errno, ""));
        }

        @Override
        public ConnectAttempt connect(
                IoEventLoop loop, SocketAddress address, ConnectOptions options, Connector connector) {
            tried.add(address);
            shares.add(options.timeout());
            askedNanos = System.nanoTime();
            connectors.add(connector);
            return () -> cancelled++;
        }

        @Override
        public String name() {
            return "the test";
        }

        @Override
        public List<String> features() {
            return List.of();
        }

        @Override
        public IoHandlerFactory ioHandlerFactory() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Listener listen(IoEventLoop loop, SocketAddress address, ListenOptions options, Acceptor acceptor) {
            throw new UnsupportedOperationException();
        }
    }
}
