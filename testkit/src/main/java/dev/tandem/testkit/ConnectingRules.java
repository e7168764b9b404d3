package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections are asked for: each attempt has one outcome, told on its loop, and one that fails leaves nothing behind. */
abstract class ConnectingRules extends ContractGroup {

    private static final int LARGE = 4 << 20;

    /** Has a port and does not listen; null where no test has asked for that. */
    private Socket deaf;

    ConnectingRules(Subject subject) {
        super(subject);
    }

    @AfterEach
    void giveBackThePort() throws IOException {
        if (deaf != null) {
            deaf.close();
        }
    }

    @Test
    void aConnectionCarriesBytesBothWaysAndEndsInOrder() throws Exception {
        Server server = serve(Echo::on);
        Pattern pattern = new Pattern(1);
        Attempt attempt = server.host().connect(server.address(), witness -> witness.verify(pattern));
        Witness witness = attempt.awaitConnected();
        send(witness, pattern, LARGE);
        witness.awaitReceived(LARGE);
        Await.until("the send is reported", () -> witness.sent() == LARGE);
        witness.onLoop(witness::shutdownOutput);
        witness.awaitReceiveEnd();
        witness.onLoop(witness::close);
        witness.awaitClosed();
        server.awaitAccepted(1).awaitClosed();
    }

    @Test
    void bothEndsAgreeOnTheirAddresses() throws Exception {
        Server server = serve(Witness::resume);
        Witness client =
                server.host().connect(server.address(), Witness::resume).awaitConnected();
        Witness accepted = server.awaitAccepted(1);
        assertThat(client.socket().remoteAddress()).isEqualTo(server.address());
        assertThat(client.socket().localAddress()).isEqualTo(accepted.socket().remoteAddress());
    }

    @Test
    void connectionsLiveOnTheLoopsThatWereAskedFor() throws Exception {
        Host host = host(3, CONFIG);
        Server server = host.listen(ListenOptions.DEFAULT, Echo::on);
        for (IoEventLoop loop : host.loops()) {
            for (IoEventLoop caller : host.loops()) {
                CompletableFuture<Attempt> made = new CompletableFuture<>();
                caller.execute(() ->
                        made.complete(host.connect(loop, server.address(), ConnectOptions.DEFAULT, Witness::resume)));
                Witness witness =
                        made.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS).awaitConnected();
                assertThat(witness.socket().loop()).isSameAs(loop);
            }
        }
    }

    @Test
    void theOutcomeIsToldAfterTheCallHasReturned() throws Exception {
        Server server = serve(Echo::on);
        Host host = server.host();
        SocketAddress nobody = nobodyListens();
        for (int i = 0; i < 50; i++) {
            host.step(() -> {
                host.connect(server.address(), Witness::resume).madeOnLoop();
                host.connect(nobody, witness -> {}).madeOnLoop();
                host.connect(unreachable(), witness -> {}).madeOnLoop();
            });
        }
        host.awaitAttempts();
    }

    @Test
    void aRefusedConnectIsToldByNameAndKeepsNothing() throws Exception {
        Host host = host(1, CONFIG);
        SocketAddress nobody = nobodyListens();
        long sockets = Resources.sockets();
        for (int i = 0; i < 100; i++) {
            TransportException why = host.connect(nobody, witness -> {}).awaitFailed();
            assertThat(why.errno()).isEqualTo("ECONNREFUSED");
            assertThat(why).hasMessageContaining(nameOf(nobody));
            // Told when nothing is left of it, not a little earlier.
            assertThat(Resources.sockets()).isEqualTo(sockets);
        }
    }

    @Test
    void aConnectThatFailsAtOnceIsToldByName() throws Exception {
        Host host = host(1, CONFIG);
        TransportException why = host.connect(unreachable(), witness -> {}).awaitFailed();
        assertThat(why.errno()).isEqualTo(family() == Family.TCP ? "ENETUNREACH" : "ENOENT");
    }

    @Test
    void anAddressThatIsNotResolvedIsACallersMistake() {
        Host host = host(1, CONFIG);
        assertThatThrownBy(() -> host.connect(InetSocketAddress.createUnresolved("localhost", 1), witness -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("resolved");
    }

    @Test
    void whoeverDoesNotAnswerInTimeIsGivenUp() throws Exception {
        needsAttemptsInFlight();
        try (SilentServer silent = new SilentServer()) {
            Host host = host(1, CONFIG);
            Duration timeout = Duration.ofMillis(200);
            long sockets = Resources.sockets();
            long begun = System.nanoTime();
            TransportException why = host.connect(
                            host.loop(), silent.address(), ConnectOptions.DEFAULT.withTimeout(timeout), witness -> {})
                    .awaitFailed();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(timeout);
            assertThat(why.errno()).isEqualTo("ETIMEDOUT");
            assertThat(Resources.sockets()).isEqualTo(sockets);
        }
    }

    @Test
    void noAttemptIsGivenUpBeforeItsTime() throws Exception {
        needsAttemptsInFlight();
        try (SilentServer silent = new SilentServer()) {
            Host host = host(1, CONFIG);
            Duration timeout = Duration.ofNanos(1_999_999);
            for (int i = 0; i < 50; i++) {
                long begun = System.nanoTime();
                host.connect(host.loop(), silent.address(), ConnectOptions.DEFAULT.withTimeout(timeout), witness -> {})
                        .awaitFailed();
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(timeout);
            }
        }
    }

    @Test
    void anAttemptInFlightCostsNothing() throws Exception {
        needsAttemptsInFlight();
        try (SilentServer silent = new SilentServer()) {
            Host host = host(1, CONFIG);
            Attempt attempt = host.connect(silent.address(), witness -> {});
            assertThat(host.cpuWhileIdle()).isLessThan(Host.IDLE.dividedBy(3));
            attempt.cancel();
            attempt.awaitFailed();
        }
    }

    @Test
    void anAttemptInFlightIsCancelled() throws Exception {
        needsAttemptsInFlight();
        try (SilentServer silent = new SilentServer()) {
            Host host = host(1, CONFIG);
            long sockets = Resources.sockets();
            for (int i = 0; i < 20; i++) {
                Attempt attempt = host.connect(silent.address(), witness -> {});
                if (i % 2 == 0) {
                    host.settle();
                }
                attempt.cancel();
                attempt.cancel();
                assertThat(attempt.awaitFailed().errno()).isEqualTo("ECANCELED");
                assertThat(Resources.sockets()).isEqualTo(sockets);
            }
        }
    }

    @Test
    void anAttemptCancelledOnItsLoopAtOnceHasOneOutcome() throws Exception {
        Server server = serve(Witness::resume);
        for (int i = 0; i < 200; i++) {
            server.host().step(() -> {
                Attempt attempt = server.host().connect(server.address(), Witness::close);
                attempt.cancel();
                attempt.madeOnLoop();
            });
        }
        server.host().awaitAttempts();
    }

    @Test
    void cancellingWhileTheOutcomeComesLeavesOneOutcome() throws Exception {
        Server server = serve(Witness::resume);
        int connected = 0;
        // More of them, and more slowly, where the loop hardly comes to run beside the thread of the test.
        for (int i = 0; i < 500 || connected == 0; i++) {
            Attempt attempt = server.host().connect(server.address(), Witness::resume);
            Await.spin(Duration.ofNanos(i * 400L));
            attempt.cancel();
            Await.until("the attempt ends", attempt::isOver);
            if (attempt.connected() != null) {
                connected++;
                attempt.connected().onLoop(attempt.connected()::close);
            }
        }
    }

    @Test
    void cancellingAfterTheOutcomeDoesNothing() throws Exception {
        Server server = serve(Echo::on);
        Pattern pattern = new Pattern(3);
        Attempt attempt = server.host().connect(server.address(), witness -> witness.verify(pattern));
        Witness witness = attempt.awaitConnected();
        attempt.cancel();
        server.host().settle();
        send(witness, pattern, 1000);
        witness.awaitReceived(1000);
        witness.onLoop(witness::close);
    }

    @Test
    void aConnectionThatNobodyWantsIsReset() throws Exception {
        needsResets();
        List<Consumer<Witness>> unwanted = List.of(Witness::refuse, witness -> {
            witness.refuse();
            throw new IllegalStateException("thrown by the test from onConnected");
        });
        for (Consumer<Witness> behaviour : unwanted) {
            Server server = serve(Witness::resume);
            server.host().connect(server.address(), behaviour).awaitConnected();
            Witness accepted = server.awaitAccepted(1);
            accepted.awaitClosed();
            assertThat(accepted.failure().errno()).isEqualTo("ECONNRESET");
        }
    }

    @Test
    void aThousandAttemptsAtOnceAllSucceed() throws Exception {
        Server server = serve(witness -> {
            witness.onReceiveEnd(witness::close);
            witness.resume();
        });
        List<Attempt> attempts = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            attempts.add(server.host().connect(server.address(), Witness::resume));
        }
        for (Attempt attempt : attempts) {
            Witness witness = attempt.awaitConnected();
            witness.onLoop(witness::close);
        }
        server.awaitAccepted(1_000);
        server.awaitAllClosed();
    }

    @Test
    void theEndOfALoopEndsAttemptsInFlight() throws Exception {
        needsAttemptsInFlight();
        try (SilentServer silent = new SilentServer()) {
            for (int round = 0; round < 5; round++) {
                Host host = host(1, CONFIG);
                List<Attempt> attempts = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    attempts.add(host.connect(silent.address(), witness -> {}));
                }
                host.settle();
                // On its way when the loop ends.
                attempts.add(host.connect(silent.address(), witness -> {}));
                host.shutDown();
                for (Attempt attempt : attempts) {
                    assertThat(attempt.awaitFailed().errno()).isEqualTo("ECANCELED");
                    attempt.cancel();
                }
                assertThatThrownBy(() -> host.transport()
                                .connect(host.loop(), silent.address(), ConnectOptions.DEFAULT, attempts.get(0)))
                        .isInstanceOf(RejectedExecutionException.class);
            }
        }
    }

    @Test
    void aDescriptorThatFailedToConnectIsCleanForTheNextOne() throws Exception {
        Server server = serve(Echo::on);
        SocketAddress nobody = nobodyListens();
        Pattern pattern = new Pattern(4);
        for (int i = 0; i < 200; i++) {
            server.host().connect(nobody, witness -> {}).awaitFailed();
            Witness witness = server.host()
                    .connect(server.address(), each -> each.verify(pattern))
                    .awaitConnected();
            send(witness, pattern, 100);
            witness.awaitReceived(100);
            witness.onLoop(witness::close);
            witness.awaitClosed();
        }
    }

    private static void send(Witness witness, Pattern pattern, int count) {
        witness.onLoop(() -> {
            ByteBuf bytes = Unpooled.directBuffer(count);
            pattern.write(0, count, bytes);
            witness.onClosed(bytes::release);
            witness.send(bytes);
        });
    }

    private static String nameOf(SocketAddress address) {
        return address instanceof InetSocketAddress internet ? ":" + internet.getPort() : address.toString();
    }

    /** An address on which nothing listens, for as long as the test takes: somebody else could get a port that is free. */
    private SocketAddress nobodyListens() throws IOException {
        if (family() == Family.TCP) {
            deaf = new Socket();
            deaf.bind(family().newAddress());
            return deaf.getLocalSocketAddress();
        }
        Path path = Family.newPath();
        path.toFile().deleteOnExit();
        try (ServerSocketChannel ended = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            return ended.bind(UnixDomainSocketAddress.of(path)).getLocalAddress();
        }
    }

    /** An address of which the kernel knows at once that nobody is there. */
    private SocketAddress unreachable() {
        return family() == Family.TCP
                // No stream can be made to the broadcast address.
                ? new InetSocketAddress("255.255.255.255", 1)
                : family().newAddress();
    }
}
