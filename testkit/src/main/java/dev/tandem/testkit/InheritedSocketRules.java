package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.transport.InheritedSocket;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportException;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A socket that somebody else opened is listened on like any other, and outlives its listener. */
abstract class InheritedSocketRules extends ContractGroup {

    InheritedSocketRules(Subject subject) {
        super(subject);
    }

    /** A socket that belongs to the test, as it would to whoever starts a process. */
    private final class Given implements AutoCloseable {

        private final Socket socket = family() == Family.TCP ? Socket.newSocketStream() : Socket.newSocketDomain();
        private final SocketAddress address = family().newAddress();

        Given bound() throws IOException {
            if (address instanceof UnixDomainSocketAddress unix) {
                unix.getPath().toFile().deleteOnExit();
                socket.bind(new DomainSocketAddress(unix.getPath().toString()));
            } else {
                socket.bind(address);
            }
            return this;
        }

        Given listening() throws IOException {
            bound();
            socket.listen(100);
            return this;
        }

        SocketAddress address() {
            return address instanceof UnixDomainSocketAddress
                    ? address
                    : new InetSocketAddress(
                            InetAddress.getLoopbackAddress(),
                            socket.localAddress().getPort());
        }

        InheritedSocket inherited() {
            return new InheritedSocket(socket.intValue());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static void assertRefused(Host host, InheritedSocket inherited, String errno) {
        assertThatThrownBy(() -> host.listen(inherited, ListenOptions.DEFAULT, Echo::on))
                .isInstanceOfSatisfying(
                        TransportException.class, why -> assertThat(why.errno()).isEqualTo(errno));
    }

    @Test
    void itIsListenedOnAndOutlivesTheListener() throws Exception {
        try (Given given = new Given().listening()) {
            Host host = host(1, CONFIG);
            for (int round = 0; round < 5; round++) {
                List<Peer> waiting = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    // Nobody accepts at this moment.
                    waiting.add(Peer.connect(given.address()));
                }
                Server server = host.listen(given.inherited(), ListenOptions.DEFAULT, Echo::on);
                for (Peer peer : waiting) {
                    peer.send(new byte[] {7});
                    assertThat(peer.receive(1)).containsExactly(7);
                    peer.close();
                }
                server.listener().close();
                server.awaitListenerClosed();
            }
        }
    }

    @Test
    void aListenerThatClosesLeavesTheQueueToTheNext() throws Exception {
        try (Given given = new Given().listening()) {
            Host host = host(1, CONFIG);
            Server first = host.listen(given.inherited(), ListenOptions.DEFAULT, Echo::on);
            first.listener().pauseAccepting();
            host.settle();
            Peer peer = Peer.connect(given.address());
            first.listener().close();
            first.awaitListenerClosed();
            assertThat(first.acceptedCount()).isZero();

            Server second = host.listen(given.inherited(), ListenOptions.DEFAULT, Echo::on);
            peer.send(new byte[] {7});
            assertThat(peer.receive(1)).containsExactly(7);
            assertThat(second.acceptedCount()).isEqualTo(1);
            peer.close();
        }
    }

    @Test
    void oneThatIsShutDownByAnotherOwnerCostsNextToNothing() throws Exception {
        assumeTrue(family() == Family.TCP, "Of a Unix socket that is shut down, accepting tells nothing.");
        try (Given given = new Given().listening()) {
            Host host = host(1, CONFIG);
            Server server = host.listen(given.inherited(), ListenOptions.DEFAULT, Echo::on);
            host.settle();
            given.socket.shutdown(true, true);
            Await.until("accepting fails", () -> !server.acceptFailures().isEmpty());
            assertThat(host.cpuWhileIdle()).isLessThan(Host.IDLE.dividedBy(3));
            assertThat(server.acceptFailures()).hasSizeLessThan(20);
        }
    }

    @Test
    void whatDoesNotListenIsRefused() throws Exception {
        Host host = host(1, CONFIG);
        try (Given bound = new Given().bound();
                Given given = new Given().listening()) {
            assertRefused(host, bound.inherited(), "EINVAL");
            assertRefused(host, new InheritedSocket(given.socket.intValue() + 1_000), "EBADF");
        }
    }
}
