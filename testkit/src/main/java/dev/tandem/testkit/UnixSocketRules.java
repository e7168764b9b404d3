package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.PeerCredentials;
import dev.tandem.transport.TransportException;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The file of a listening Unix socket comes and goes with its listener, and nothing else is touched; peers are known. */
abstract class UnixSocketRules extends ContractGroup {

    /** A Unix socket connects so quickly that descriptors would run out before the listener has closed. */
    private static final int CONNECTIONS_MAX = 2_000;

    UnixSocketRules(Subject subject) {
        super(subject);
    }

    private Server serveAt(Path path) throws IOException {
        return serveAt(path, ListenOptions.DEFAULT);
    }

    private Server serveAt(Path path, ListenOptions options) throws IOException {
        return host(1, CONFIG).listen(UnixDomainSocketAddress.of(path), options, Echo::on);
    }

    private static void assertEchoes(Server server) throws IOException {
        Peer peer = server.connect();
        peer.send(new byte[] {42});
        assertThat(peer.receive(1)).containsExactly(42);
        peer.close();
    }

    private static void assertRefused(Callable<?> listening, String errno, String reason) {
        assertThatThrownBy(listening::call)
                .isInstanceOfSatisfying(
                        TransportException.class, why -> assertThat(why.errno()).isEqualTo(errno))
                .hasMessageContaining(reason);
    }

    @Test
    void theFileIsForItsOwnerUnlessToldOtherwiseAndGoesWithTheListener() throws Exception {
        for (String mode : List.of("rw-------", "rw-rw----", "rwxrwxrwx")) {
            Path path = Family.newPath();
            ListenOptions options =
                    mode.equals("rw-------") ? ListenOptions.DEFAULT : ListenOptions.DEFAULT.withSocketFileMode(mode);
            Server server = serveAt(path, options);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo(mode);
            assertThat(server.address()).isEqualTo(UnixDomainSocketAddress.of(path));
            assertEchoes(server);
            server.listener().close();
            server.awaitListenerClosed();
            assertThat(Files.exists(path)).isFalse();
        }
    }

    @Test
    void aFileThatNobodyListensAtIsReplaced() throws Exception {
        Path path = leftBehind();
        assertEchoes(serveAt(path));
    }

    /** What a server that was killed leaves. */
    private static Path leftBehind() throws IOException {
        Path path = Family.newPath();
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(Files.exists(path)).isTrue();
        return path;
    }

    @Test
    void aPathAtWhichSomebodyListensIsInUse() throws Exception {
        Path path = Family.newPath();
        Server server = serveAt(path);
        assertRefused(() -> serveAt(path), "EADDRINUSE", "Another server listens there");
        assertEchoes(server);
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone() throws Exception {
        Path file = Files.writeString(Family.newPath(), "precious");
        assertRefused(() -> serveAt(file), "EADDRINUSE", "no socket");
        assertThat(file).hasContent("precious");
        Path link = Family.newPath();
        Files.createSymbolicLink(link, file);
        assertRefused(() -> serveAt(link), "EADDRINUSE", "no socket");
        assertThat(Files.isSymbolicLink(link)).isTrue();
        Files.delete(link);
        Files.delete(file);
    }

    @Test
    void aPipeIsLeftAlone() throws Exception {
        Path pipe = Family.newPath();
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Object inode = Files.getAttribute(pipe, "unix:ino");
        assertRefused(() -> serveAt(pipe), "EADDRINUSE", "no socket");
        assertThat(Files.getAttribute(pipe, "unix:ino")).isEqualTo(inode);
        Files.delete(pipe);
    }

    @Test
    void aListenerThatClosesLeavesTheFileOfItsSuccessor() throws Exception {
        Path path = Family.newPath();
        Server first = serveAt(path);
        Files.delete(path);
        Server second = serveAt(path);
        first.listener().close();
        first.awaitListenerClosed();
        assertThat(Files.exists(path)).isTrue();
        assertEchoes(second);
    }

    @Test
    void aPathThatCannotBeSaysWhy() throws Exception {
        Path tooLong = Family.newPath().resolveSibling("x".repeat(108));
        assertRefused(() -> serveAt(tooLong), "ENAMETOOLONG", "107");
        assertThat(Files.exists(tooLong.resolveSibling("x".repeat(107)))).isFalse();
        Path nowhere = Family.newPath().resolve("socket");
        assertRefused(() -> serveAt(nowhere), "ENOENT", "directory");
        Server server = serveAt(Family.newPath());
        TransportException why = server.host()
                .connect(UnixDomainSocketAddress.of(tooLong), witness -> {})
                .awaitFailed();
        assertThat(why.errno()).isEqualTo("ENAMETOOLONG");
        assertThatThrownBy(() -> server.host().connect(UnixDomainSocketAddress.of(""), witness -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofManyServersThatStartAtAStaleFileOneListens() throws Exception {
        int starters = 4;
        Host host = host(1, CONFIG);
        ExecutorService threads = Executors.newFixedThreadPool(starters);
        try {
            for (int round = 0; round < 50; round++) {
                Path path = leftBehind();
                Path link = Files.createSymbolicLink(Family.newPath(), path.getParent());
                // The same file by two names.
                List<UnixDomainSocketAddress> addresses = List.of(
                        UnixDomainSocketAddress.of(path), UnixDomainSocketAddress.of(link.resolve(path.getFileName())));
                CountDownLatch start = new CountDownLatch(1);
                List<Future<Server>> starting = new ArrayList<>();
                for (int i = 0; i < starters; i++) {
                    SocketAddress address = addresses.get(i % 2);
                    starting.add(threads.submit(() -> {
                        start.await();
                        return host.listen(address, ListenOptions.DEFAULT, Echo::on);
                    }));
                }
                start.countDown();
                List<Server> started = new ArrayList<>();
                for (Future<Server> each : starting) {
                    try {
                        started.add(each.get());
                    } catch (java.util.concurrent.ExecutionException inUse) {
                        assertThat(inUse.getCause()).hasMessageContaining("EADDRINUSE");
                    }
                }
                assertThat(started).hasSize(1);
                assertEchoes(started.get(0));
                started.get(0).listener().close();
                started.get(0).awaitListenerClosed();
                Files.delete(link);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void peersAreKnown() throws Exception {
        long user =
                ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue();
        Path path = Family.newPath();
        Server server = serveAt(path);
        Witness client =
                server.host().connect(server.address(), Witness::resume).awaitConnected();
        Witness accepted = server.awaitAccepted(1);
        for (Witness end : List.of(client, accepted)) {
            PeerCredentials peer = end.socket().peerCredentials().orElseThrow();
            assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
            assertThat(peer.uid()).isEqualTo(user);
        }
        assertThat(client.socket().remoteAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
        assertThat(accepted.socket().remoteAddress()).isEqualTo(UnixDomainSocketAddress.of(""));
        client.onLoop(client::close);
        client.awaitClosed();
        assertThat(client.socket().peerCredentials()).isEmpty();
    }

    @Test
    void aPeerMayBeCalledWhatNoFileIsOrWouldSpoilALog() throws Exception {
        for (String name : List.of("\0tandem-test-" + System.nanoTime(), Family.newPath() + "\u001b[31m")) {
            Server server = serveAt(Family.newPath());
            Socket peer = Socket.newSocketDomain();
            peer.bind(new DomainSocketAddress(name));
            assertThat(peer.connect(new DomainSocketAddress(server.address().toString())))
                    .isTrue();
            assertThat(server.awaitAccepted(1).socket().remoteAddress()).isEqualTo(UnixDomainSocketAddress.of(""));
            peer.close();
            Files.deleteIfExists(Path.of(name.replace("\0", "")));
        }
    }

    @Test
    void aSocketOfAnotherFamilyHasNoCredentials() throws Exception {
        Host host = host(1, CONFIG);
        Server server = host.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.DEFAULT, Witness::resume);
        Witness client = host.connect(server.address(), Witness::resume).awaitConnected();
        assertThat(client.socket().peerCredentials()).isEmpty();
    }

    @Test
    void aFullQueueIsToldAtOnce() throws Exception {
        Path path = Family.newPath();
        Server server = serveAt(path, ListenOptions.DEFAULT.withBacklog(1));
        server.listener().pauseAccepting();
        server.host().settle();
        List<Peer> waiting = List.of(server.connect(), server.connect());
        TransportException why =
                server.host().connect(server.address(), witness -> {}).awaitFailed();
        assertThat(why.errno()).isEqualTo("EAGAIN");
        assertThat(why).hasMessageContaining("full");
        server.listener().resumeAccepting();
        for (Peer peer : waiting) {
            peer.send(new byte[] {1});
            assertThat(peer.receive(1)).containsExactly(1);
        }
    }

    @Test
    void whoComesWhileTheListenerClosesIsServedOrFindsNobody() throws Exception {
        for (int round = 0; round < 20; round++) {
            Server server = serveAt(Family.newPath());
            List<Peer> connected = new ArrayList<>();
            Thread connector = new Thread(() -> connectUntilNobodyIsThere(server, connected));
            connector.start();
            server.awaitSomeAccepted(20);
            server.listener().close();
            connector.join();
            server.awaitListenerClosed();
            // The file goes and the socket refuses before the queue is emptied, so nobody can come in between.
            assertThat(server.acceptedCount()).isEqualTo(connected.size());
            server.closePeers();
            server.awaitAllClosed();
        }
    }

    private static void connectUntilNobodyIsThere(Server server, List<Peer> connected) {
        try {
            while (connected.size() < CONNECTIONS_MAX) {
                connected.add(server.connect());
            }
        } catch (IOException nobody) {
            // The listener has closed.
        }
    }
}
