package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.server.DrainReport;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The end of a server's life: in order, in time, and with a report. */
@OnBothTransports
class DrainTest extends EndToEnd {

    private static final byte[] MORE_THAN_THE_KERNEL_TAKES = new byte[6 << 20];

    private static CompletableFuture<DrainReport> drain(TcpServer server, Duration deadline) {
        return CompletableFuture.supplyAsync(() -> server.drain(deadline));
    }

    private List<Peer> connectServed(TcpServer server, int count) throws IOException {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(connect(server));
            peers.get(i).echo("in");
        }
        return peers;
    }

    @Test
    void anInterruptOfOneThreadIsNotTheInterruptOfAnother() throws Exception {
        TcpServer server = startEcho();
        connectServed(server, 1);
        Thread.currentThread().interrupt();
        server.drain(Duration.ofSeconds(10));
        assertThat(Thread.interrupted()).isTrue();

        server.close();
        assertThat(Thread.interrupted()).isFalse();
        assertThat(CompletableFuture.supplyAsync(() -> {
                            server.drain();
                            return Thread.interrupted();
                        })
                        .get(5, TimeUnit.SECONDS))
                .isFalse();
    }

    @Test
    void idlePeersSeeAnOrderlyEnd() throws Exception {
        TcpServer server = startEcho();
        List<Peer> peers = connectServed(server, 50);
        CompletableFuture<DrainReport> drained = drain(server, Duration.ofMinutes(5));
        for (Peer peer : peers) {
            assertThat(peer.receiveToEnd()).isEmpty();
            peer.close();
        }
        DrainReport report = drained.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(report.open()).isEqualTo(50);
        assertThat(report.aborted()).isZero();
        assertThat(report.exitCode()).isZero();
        assertThat(report.reasons()).isEqualTo(Map.of(CloseReason.DRAINED, 50L));
        assertThat(report.took()).isLessThan(Await.PATIENCE);
    }

    @Test
    void peersThatNeverFinishAreWaitedForUntilTheDeadlineAndNotAborted() throws Exception {
        // They linger for longer than the test waits, so that only the deadline ends them.
        TcpServer server = start(builder -> builder.connectionLimits(limits -> limits.withLinger(Duration.ofMinutes(5)))
                .handler((connection, in) -> connection.write(in)));
        List<Peer> peers = connectServed(server, 20);
        DrainReport report = server.drain(Duration.ofMillis(700));

        assertThat(report.took()).isBetween(Duration.ofMillis(700), Await.PATIENCE);
        assertThat(report.exitCode()).isZero();
        assertThat(report.reasons()).isEqualTo(Map.of(CloseReason.DRAINED, 20L));
        for (Peer peer : peers) {
            assertThat(peer.seesReset()).isFalse();
        }
    }

    @Test
    void whatWasWrittenIsDeliveredBeforeTheEnd() throws Exception {
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            in.skipBytes(in.readableBytes());
            connection.write(MORE_THAN_THE_KERNEL_TAKES);
        }));
        Peer peer = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        peer.send("go").receive(1);
        CompletableFuture<DrainReport> drained = drain(server, Duration.ofSeconds(10));
        assertThat(peer.receiveToEnd()).hasSize(MORE_THAN_THE_KERNEL_TAKES.length - 1);
        peer.close();

        assertThat(drained.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS).reasons())
                .isEqualTo(Map.of(CloseReason.DRAINED, 1L));
    }

    @Test
    void peersThatTakeNothingAreAbortedAtTheDeadlineAndReported() throws Exception {
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            in.skipBytes(in.readableBytes());
            connection.write(MORE_THAN_THE_KERNEL_TAKES);
        }));
        List<Peer> deaf = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            deaf.add(closeAfterwards(Peer.connectWithSmallWindow(server.port())));
            deaf.get(i).send("go").receive(1);
        }
        connect(server);
        Await.value("open connections", 11, server::connections);
        DrainReport report = server.drain(Duration.ofMillis(500));

        assertThat(report.took()).isBetween(Duration.ofMillis(500), Await.PATIENCE);
        assertThat(report.open()).isEqualTo(11);
        assertThat(report.aborted()).isEqualTo(10);
        assertThat(report.isClean()).isFalse();
        assertThat(report.exitCode()).isEqualTo(3);
        assertThat(report.reasons()).isEqualTo(Map.of(CloseReason.DRAIN_DEADLINE, 10L, CloseReason.DRAINED, 1L));
        assertThat(deaf.get(0).seesReset()).isTrue();
    }

    @Test
    void aHandlerMaySayGoodbyeAndAnswerWhatItOwes() throws Exception {
        CompletableFuture<Connection> told = new CompletableFuture<>();
        TcpServer server = start(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                connection.write(in);
            }

            @Override
            public void onDrain(Connection connection) {
                connection.write("owed,".getBytes());
                told.complete(connection);
            }
        }));
        Peer peer = connect(server);
        peer.echo("in");
        CompletableFuture<DrainReport> drained = drain(server, Await.PATIENCE);
        peer.receive(5);
        // It is still served between the notice and its end, which comes when the test says so.
        peer.echo("and still answered");
        told.join().write("goodbye".getBytes());
        told.join().close(CloseReason.DRAINED);

        assertThat(peer.receiveToEnd()).asString().isEqualTo("goodbye");
        peer.close();
        assertThat(drained.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS).reasons())
                .isEqualTo(Map.of(CloseReason.DRAINED, 1L));
    }

    @Test
    void whoIsConnectedAlreadyComesInAndIsNotReset() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        // The listener lives on the only loop, so nobody is accepted while the handler blocks it.
        TcpServer server = start(builder -> builder.loops(1).handler((connection, in) -> {
            connection.write(in);
            blocked.countDown();
            goOn.await();
        }));
        connect(server).send("block");
        blocked.await();
        List<Peer> queued = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            queued.add(connect(server));
        }
        CompletableFuture<DrainReport> drained = drain(server, Duration.ofSeconds(10));
        goOn.countDown();
        for (Peer peer : queued) {
            assertThat(peer.receiveToEnd()).isEmpty();
            peer.close();
        }

        Await.until("nobody can connect any more", () -> !canConnect(server.port()));
        server.close();
        assertThat(drained.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS).reasons())
                .containsEntry(CloseReason.DRAINED, 1_001L)
                .hasSize(1);
    }

    private static boolean canConnect(int port) {
        try {
            Peer.connect(port).close();
            return true;
        } catch (UncheckedIOException refused) {
            return false;
        }
    }

    @Test
    void clientsBeyondTheLimitAreRefusedWhenTheServerEnds() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        TcpServer server = start(builder -> builder.limits(limits -> limits.withConnections(5))
                .handler(new ConnectionHandler() {
                    @Override
                    public void onOpened(Connection connection) {
                        opened.incrementAndGet();
                    }

                    @Override
                    public void onBytes(Connection connection, ByteBuf in) {
                        connection.write(in);
                    }
                }));
        List<Peer> inside = connectServed(server, 5);
        List<Peer> waiting = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            waiting.add(connect(server));
        }
        CompletableFuture<DrainReport> drained = drain(server, Duration.ofSeconds(10));
        for (Peer peer : inside) {
            assertThat(peer.receiveToEnd()).isEmpty();
            peer.close();
        }
        for (Peer peer : waiting) {
            assertThat(peer.seesReset()).isTrue();
        }
        DrainReport report = drained.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(opened).hasValue(5);
        assertThat(report.open()).isEqualTo(5);
        assertThat(report.aborted()).isZero();
        assertThat(report.reasons()).isEqualTo(Map.of(CloseReason.DRAINED, 5L, CloseReason.LIMIT, 300L));
    }

    @Test
    void closeEndsAtOnceAndAsOftenAsItIsCalled() throws Exception {
        TcpServer server = startEcho();
        connectServed(server, 10);
        long start = System.nanoTime();
        server.close();
        server.close();
        DrainReport first = server.drain(Duration.ofMinutes(5));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Await.PATIENCE);
        assertThat(server.drain()).isSameAs(first);
        assertThat(first.open()).isEqualTo(10);
    }

    @Test
    void closeCutsShortADrainUnderWay() throws Exception {
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            in.skipBytes(in.readableBytes());
            connection.write(MORE_THAN_THE_KERNEL_TAKES);
        }));
        Peer deaf = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        deaf.send("go").receive(1);
        CompletableFuture<DrainReport> drained = drain(server, ConnectionLimits.NEVER);
        Await.until("the door is closed", () -> !canConnect(server.port()));
        assertThat(drained).isNotDone();
        server.close();

        assertThat(drained.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS).aborted())
                .isEqualTo(1);
    }

    @Test
    void anInterruptCutsShortADrainUnderWay() throws Exception {
        TcpServer server = startEcho();
        connectServed(server, 1);
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        Thread draining = new Thread(() -> {
            server.drain(Duration.ofHours(1));
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        draining.start();
        Await.until("the door is closed", () -> !canConnect(server.port()));
        draining.interrupt();
        draining.join(Await.PATIENCE.toMillis());

        assertThat(interrupted).hasValue(true);
    }

    @Test
    void aBlockedLoopDoesNotHoldUpTheEnd() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        TcpServer server = start(builder -> builder.loops(2).handler((connection, in) -> {
            connection.write(in);
            blocked.countDown();
            goOn.await();
        }));
        connect(server).send("block");
        blocked.await();
        long start = System.nanoTime();
        DrainReport report = server.drain(Duration.ofMillis(300));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        goOn.countDown();

        // Without a bound of its own it would wait for the handler, which the test lets go only now.
        assertThat(took).isLessThan(Await.PATIENCE);
        assertThat(report.aborted()).isEqualTo(1);
        assertThat(Logs.with("a handler blocks them")).hasSize(1);
    }

    @Test
    void aServerIsNotEndedOnOneOfItsOwnLoops() throws Exception {
        AtomicReference<TcpServer> self = new AtomicReference<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            connection.write(in);
            assertThatThrownBy(() -> self.get().drain())
                    .isInstanceOf(IllegalStateException.class)
                    .satisfies(thrown::set);
        }));
        self.set(server);
        connect(server).echo("go");

        assertThat(thrown.get()).hasMessageContaining("on one of its own loops");
    }

    @Test
    void aNegativeDeadlineIsTheCallersMistake() {
        TcpServer server = startEcho();

        assertThatThrownBy(() -> server.drain(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofSeveralListenersAllStartOrNone() throws Exception {
        try (ServerSocket occupied = new ServerSocket()) {
            occupied.bind(new InetSocketAddress("127.0.0.1", 0));
            int free;
            try (ServerSocket other = new ServerSocket(0)) {
                free = other.getLocalPort();
            }
            assertThatThrownBy(() -> TcpServer.builder()
                            .transport(TransportChoice.require(transport))
                            .listen(free)
                            .listen(occupied.getLocalPort())
                            .handler((connection, in) -> connection.write(in))
                            .start())
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("listen on 127.0.0.1:" + occupied.getLocalPort() + " failed: EADDRINUSE.");
            Await.value("threads of servers", 0, Resources::serverThreads);
            TcpServer server = start(builder -> builder.listen(free).handler((connection, in) -> connection.write(in)));
            assertThat(server.addresses()).hasSize(2);
            closeAfterwards(Peer.connect(free)).echo("both");
        }
    }

    @Test
    void everyListenerOfAServerServes() throws Exception {
        TcpServer server = start(
                builder -> builder.listen(0).listen("127.0.0.2", 0).handler((connection, in) -> connection.write(in)));
        for (java.net.SocketAddress address : server.addresses()) {
            InetSocketAddress at = (InetSocketAddress) address;
            closeAfterwards(Peer.connect(at.getAddress(), at.getPort())).echo("served");
        }
        assertThat(server.connections()).isEqualTo(3);
    }
}
