package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.Listener;
import dev.tandem.transport.TransportException;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Connections are accepted in bursts, refused, held back, and none is lost when a listener closes. */
abstract class AcceptingRules extends ContractGroup {

    AcceptingRules(Subject subject) {
        super(subject);
    }

    @Test
    void portZeroReportsThePortThatTheKernelChose() throws Exception {
        needsPorts();
        Server server = serve(Echo::on);
        assertThat(server.port()).isPositive();
        Peer peer = server.connect();
        Witness witness = server.awaitAccepted(1);
        SocketAddress peerAddress = peer.localAddress();
        witness.onLoop(() -> {
            assertThat(witness.socket().localAddress()).isEqualTo(server.address());
            assertThat(witness.socket().remoteAddress()).isEqualTo(peerAddress);
        });
    }

    @Test
    void aPortInUseIsToldAtOnceAndKeepsNothing() throws Exception {
        needsPorts();
        Server server = serve(witness -> {});
        assertThatThrownBy(() -> server.host()
                        .transport()
                        .listen(server.host().loop(), server.address(), ListenOptions.DEFAULT, server))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        inUse -> assertThat(inUse.errno()).isEqualTo("EADDRINUSE"))
                .hasMessageContaining(String.valueOf(server.port()));
    }

    @Test
    void anAddressThatIsNotLocalIsToldAtOnce() throws Exception {
        needsPorts();
        Server server = serve(witness -> {});
        // Reserved for documentation (RFC 5737), so no host has it.
        InetSocketAddress foreign = new InetSocketAddress("192.0.2.1", 0);
        assertThatThrownBy(() ->
                        server.host().transport().listen(server.host().loop(), foreign, ListenOptions.DEFAULT, server))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        notLocal -> assertThat(notLocal.errno()).isEqualTo("EADDRNOTAVAIL"));
    }

    @Test
    void burstsOfTwoThousandConnectsAreAccepted() throws Exception {
        Server server = serve(Echo::on);
        List<Peer> peers = new ArrayList<>();
        for (int burst = 1; burst <= 2; burst++) {
            CountDownLatch hold = new CountDownLatch(1);
            server.host().loop().execute(() -> Await.latch(hold));
            for (int i = 0; i < 2_000; i++) {
                peers.add(server.connect());
            }
            hold.countDown();
            server.awaitAccepted(burst * 2_000);
        }
        Peer last = peers.get(peers.size() - 1);
        last.send(new byte[] {42});
        assertThat(last.receive(1)).containsExactly(42);
        assertThat(server.acceptFailures()).isEmpty();
    }

    @Test
    void aRefusedConnectionIsAborted() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        Server server = serve(witness -> {
            if (connections.incrementAndGet() % 2 == 1) {
                witness.refuse();
            } else {
                Echo.on(witness);
            }
        });
        long sockets = Resources.sockets();
        for (int i = 0; i < 10; i++) {
            assertThat(server.abortsNewConnection()).isTrue();
            Peer welcome = server.connect();
            welcome.send(new byte[] {1});
            assertThat(welcome.receive(1)).containsExactly(1);
        }
        server.closePeers();
        Await.until("all descriptors are closed", () -> Resources.sockets() == sockets);
    }

    @Test
    void anExceptionFromTheAcceptorClosesThatConnectionOnly() throws Exception {
        AtomicInteger choices = new AtomicInteger();
        AtomicInteger connections = new AtomicInteger();
        Server server = serve(witness -> {
            if (connections.incrementAndGet() % 2 == 1) {
                witness.refuse();
                throw new IllegalStateException("thrown by the test from onAccepted");
            }
            Echo.on(witness);
        });
        IoEventLoop loop = server.host().loop();
        server.chooseLoopsWith(() -> {
            if (choices.incrementAndGet() % 3 == 0) {
                throw new IllegalStateException("thrown by the test from chooseLoop");
            }
            return loop;
        });
        long sockets = Resources.sockets();
        for (int i = 0; i < 5; i++) {
            assertThat(server.abortsNewConnection()).isTrue();
            Peer welcome = server.connect();
            welcome.send(new byte[] {1});
            assertThat(welcome.receive(1)).containsExactly(1);
            assertThat(server.connect().isCutOff()).isTrue();
        }
        server.closePeers();
        Await.until("all descriptors are closed", () -> Resources.sockets() == sockets);
    }

    @Test
    void aConnectionForALoopThatHasEndedIsToldToBeLost() throws Exception {
        Host host = host(2, CONFIG);
        Server server = host.listen(ListenOptions.DEFAULT, Echo::on);
        IoEventLoop ended = host.loops().get(1);
        ended.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        for (int i = 1; i <= 5; i++) {
            Peer welcome = server.connect();
            welcome.send(new byte[] {1});
            assertThat(welcome.receive(1)).containsExactly(1);
            assertThat(server.connect().isCutOff()).isTrue();
            Await.count("the connection is lost", i, server::lostCount);
        }
        assertThat(server.acceptedCount()).isEqualTo(5);
    }

    @Test
    void nothingIsAcceptedDuringAPauseAndNothingIsLost() throws Exception {
        Server server = serve(Echo::on);
        for (int round = 0; round < 20; round++) {
            server.listener().pauseAccepting();
            server.host().settle();
            List<Peer> waiting = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                waiting.add(server.connect());
            }
            server.host().settle();
            assertThat(server.acceptedCount()).isEqualTo(round * 10);
            server.listener().resumeAccepting();
            server.awaitAccepted((round + 1) * 10);
            for (Peer peer : waiting) {
                peer.send(new byte[] {7});
                assertThat(peer.receive(1)).containsExactly(7);
            }
        }
    }

    @Test
    void pausingAndResumingAtOnceGoesOnAccepting() throws Exception {
        Server server = serve(Echo::on);
        for (int i = 1; i <= 200; i++) {
            server.host().step(() -> {
                server.listener().pauseAccepting();
                server.listener().resumeAccepting();
                server.listener().resumeAccepting();
            });
            server.connect();
            server.awaitAccepted(i);
        }
    }

    @Test
    void pausingAndResumingBeforeAcceptingHasBegunIsAllowed() throws Exception {
        Host host = host(1, CONFIG);
        CompletableFuture<Server> listening = new CompletableFuture<>();
        // A listener begins in a task of its loop, which is busy with this one.
        Future<?> asked = host.loop().submit(() -> {
            Listener listener = listening.join().listener();
            listener.pauseAccepting();
            listener.resumeAccepting();
        });
        listening.complete(host.listen(ListenOptions.DEFAULT, Echo::on));
        asked.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        listening.join().connect();
        listening.join().awaitAccepted(1);
    }

    @Test
    void aPausedListenerWithConnectionsWaitingCostsNothing() throws Exception {
        Server server = serve(witness -> {});
        server.listener().pauseAccepting();
        server.host().settle();
        server.connect();
        assertThat(server.host().cpuWhileIdle()).isLessThan(Host.IDLE.dividedBy(3));
    }

    @Test
    void aListenerThatClosesHandsOverEveryoneWhoIsConnected() throws Exception {
        Server server = serve(Echo::on);
        server.listener().pauseAccepting();
        server.host().settle();
        List<Peer> waiting = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            waiting.add(server.connect());
        }
        server.listener().close();
        server.listener().close();
        server.awaitListenerClosed();
        assertThat(server.acceptedCount()).isEqualTo(300);
        for (Peer peer : waiting) {
            peer.send(new byte[] {7});
            assertThat(peer.receive(1)).containsExactly(7);
        }
        assertThatThrownBy(server::connect).isInstanceOf(IOException.class);
    }

    @Test
    void aListenerThatClosesUnderFireHandsOverEverybodyWhoWasConnected() throws Exception {
        for (int round = 0; round < 20; round++) {
            Server server = serve(Echo::on);
            List<Peer> connected = Collections.synchronizedList(new ArrayList<>());
            Thread connector = new Thread(() -> connectUntilRefused(server, connected));
            connector.start();
            server.awaitSomeAccepted(20);
            int before = connected.size();
            server.listener().close();
            connector.join();
            server.awaitListenerClosed();
            // Who connects after that may come between the last accept and the closing, and is reset by the kernel.
            assertThat(server.acceptedCount()).isGreaterThanOrEqualTo(before);
            server.closePeers();
            server.awaitAllClosed();
        }
    }

    private static void connectUntilRefused(Server server, List<Peer> connected) {
        try {
            while (connected.size() < 2_000) {
                connected.add(server.connect());
            }
        } catch (IOException refused) {
            // The listener has closed.
        }
    }
}
