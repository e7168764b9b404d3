package dev.tandem.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.client.TcpClient;
import dev.tandem.connection.CloseReason;
import dev.tandem.endtoend.Await;
import dev.tandem.endtoend.EndToEnd;
import dev.tandem.endtoend.OnBothTransports;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.TransportConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two ends of a proxied connection see each other as if nothing was between them. */
@OnBothTransports
class ProxyTest extends EndToEnd {

    private static final int LARGE = 16 << 20;
    private static final Duration STILL = Duration.ofMillis(100);

    @TempDir
    private Path directory;

    private ServerSocket behind;
    private TcpServer proxy;

    /** A proxy before a server that is a plain blocking socket, which the test plays. */
    private void startBefore(ServerSocket server) throws IOException {
        behind = closeAfterwards(server);
        proxy = startProxy(server.getLocalSocketAddress());
    }

    private TcpServer startProxy(SocketAddress to) throws IOException {
        TcpClient client = closeAfterwards(TcpClient.builder().loops(0).start());
        return closeAfterwards(Proxy.passingOn(client, to)
                .listen(0)
                .loops(2)
                .transport(TransportChoice.require(transport))
                .transportConfig(new TransportConfig(TransportConfig.DEFAULT.receiveBytes(), true))
                .start());
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private Socket connect() throws IOException {
        return patient(new Socket(InetAddress.getLoopbackAddress(), proxy.port()));
    }

    private Socket accept() throws IOException {
        behind.setSoTimeout((int) Await.PATIENCE.toMillis());
        return patient(behind.accept());
    }

    private Socket patient(Socket socket) throws IOException {
        socket.setSoTimeout((int) Await.PATIENCE.toMillis());
        return closeAfterwards(socket);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static CompletableFuture<Void> sending(Socket socket, byte[] bytes, AtomicLong sent) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        OutputStream out = socket.getOutputStream();
                        for (int from = 0; from < bytes.length; from += 64 * 1024) {
                            out.write(bytes, from, Math.min(64 * 1024, bytes.length - from));
                            sent.set(from);
                        }
                        socket.shutdownOutput();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> new Thread(task, "sender").start());
    }

    private static void get(CompletableFuture<?> future) throws Exception {
        future.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void bytesPassInBothDirectionsAtOnce() throws Exception {
        startBefore(listen());
        Socket client = connect();
        Socket server = accept();
        byte[] up = random(LARGE);
        byte[] down = random(LARGE + 1);
        CompletableFuture<Void> sendingUp = sending(client, up, new AtomicLong());
        CompletableFuture<Void> sendingDown = sending(server, down, new AtomicLong());
        CompletableFuture<byte[]> arrived =
                CompletableFuture.supplyAsync(() -> readAll(server), task -> new Thread(task, "receiver").start());

        assertThat(readAll(client)).isEqualTo(down);
        assertThat(arrived.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(up);
        get(sendingUp);
        get(sendingDown);
        awaitClosed(CloseReason.PEER_CLOSED);
    }

    private static byte[] readAll(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitClosed(CloseReason why) {
        Await.until(
                "the proxy has closed the connection",
                () -> !proxy.closeReasons().isEmpty());
        assertThat(proxy.closeReasons()).containsOnlyKeys(why);
    }

    @Test
    void anEndThatHasFinishedStillHearsTheOther() throws Exception {
        startBefore(listen());
        Socket client = connect();
        Socket server = accept();
        client.getOutputStream().write("question".getBytes());
        client.shutdownOutput();
        assertThat(server.getInputStream().readAllBytes()).asString().isEqualTo("question");
        server.getOutputStream().write("answer".getBytes());
        server.close();
        assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("answer");
        awaitClosed(CloseReason.PEER_CLOSED);
    }

    @Test
    void aServerThatFinishesFirstStillHearsTheClient() throws Exception {
        startBefore(listen());
        Socket client = connect();
        Socket server = accept();
        server.getOutputStream().write("hello".getBytes());
        server.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("hello");
        client.getOutputStream().write("late".getBytes());
        client.close();
        assertThat(server.getInputStream().readAllBytes()).asString().isEqualTo("late");
    }

    @Test
    void aServerThatDoesNotReadHoldsUpItsClient() throws Exception {
        startBefore(listen());
        assertSenderIsHeldUp(connect(), accept());
    }

    @Test
    void aClientThatDoesNotReadHoldsUpItsServer() throws Exception {
        startBefore(listen());
        Socket client = connect();
        assertSenderIsHeldUp(accept(), client);
    }

    private void assertSenderIsHeldUp(Socket sender, Socket receiver) throws Exception {
        byte[] bytes = random(8 * LARGE);
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Void> sending = sending(sender, bytes, sent);
        long stopped = Await.halt("Sending to somebody who does not read", STILL, sent::get);
        assertThat(stopped).isLessThan(bytes.length / 2);
        // At most what io_uring received while its loop stood still, all its buffers, and what is unsent at the bound.
        assertThat(proxy.bufferedBytes()).isLessThan(3 << 20);
        assertThat(receiver.getInputStream().readAllBytes()).isEqualTo(bytes);
        get(sending);
    }

    @Test
    void endsThatReadOnlyWhileTheyAreReadFromDoNotStopEachOther() throws Exception {
        // Whatever the kernel keeps in between is little, so that each waits for the other all the time.
        ServerSocket small = new ServerSocket();
        small.setReceiveBufferSize(4096);
        small.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        startBefore(small);
        Socket client = connect();
        Socket server = accept();
        server.setSendBufferSize(4096);
        byte[] bytes = random(LARGE);
        CompletableFuture<Void> echo = CompletableFuture.runAsync(() -> echo(server), task -> new Thread(task).start());
        CompletableFuture<Void> sending = sending(client, bytes, new AtomicLong());

        assertThat(readAll(client)).isEqualTo(bytes);
        get(sending);
        get(echo);
    }

    /** Reads, writes that, and reads again, as simple servers do. */
    private static void echo(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            byte[] piece = new byte[64 * 1024];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                socket.getOutputStream().write(piece, 0, count);
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aResetIsPassedOnInBothDirections() throws Exception {
        startBefore(listen());
        Socket client = connect();
        Socket server = accept();
        reset(client);
        assertThat(isReset(server)).isTrue();
        Socket secondClient = connect();
        reset(accept());
        assertThat(isReset(secondClient)).isTrue();
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static boolean isReset(Socket socket) throws IOException {
        try {
            int end = socket.getInputStream().read();
            assertThat(end).isEqualTo(-1);
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void whereThereIsNoServerClientsAreTurnedAway() throws Exception {
        proxy = startProxy(addressOfNobody());
        assertThat(isReset(connect())).isTrue();
        awaitClosed(CloseReason.CONNECT_FAILED);
    }

    @Test
    void aClientThatLeavesEarlyIsForgotten() throws Exception {
        startBefore(listen());
        CompletableFuture<Void> accepting =
                CompletableFuture.runAsync(this::hangUpOnAll, task -> new Thread(task).start());
        for (int i = 0; i < 50; i++) {
            Socket client = connect();
            if (i % 2 == 0) {
                reset(client);
            } else {
                client.close();
            }
        }
        Await.until("no connection is left", () -> proxy.opened() == 50 && proxy.connections() == 0);
        behind.close();
        get(accepting);
    }

    private void hangUpOnAll() {
        try {
            while (true) {
                behind.accept().close();
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    @Test
    void bothEndsMayBeUnixSockets() throws Exception {
        TcpServer echo = closeAfterwards(TcpServer.builder()
                .listen(directory.resolve("behind"))
                .transport(TransportChoice.require(transport))
                .handler((connection, in) -> connection.write(in))
                .start());
        proxy = startProxy(UnixDomainSocketAddress.of(directory.resolve("behind")));
        Socket client = connect();
        client.getOutputStream().write("through".getBytes());
        client.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("through");
        assertThat(echo.opened()).isEqualTo(1);
    }

    @Test
    void aProxyThatDrainsDeliversTheAnswersThatAreOwed() throws Exception {
        startBefore(listen());
        Socket client = connect();
        Socket server = accept();
        client.getOutputStream().write("question".getBytes());
        assertThat(server.getInputStream().readNBytes(8)).asString().isEqualTo("question");
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(
                () -> proxy.drain(Duration.ofSeconds(20)).isClean(), task -> new Thread(task).start());
        assertThat(server.getInputStream().read())
                .as("the end of what the client said")
                .isEqualTo(-1);
        server.getOutputStream().write("answer".getBytes());
        server.close();
        assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("answer");
        client.close();
        assertThat(drained.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aProxyThatDrainsDeliversWhatAServerThatHasFinishedStillReads() throws Exception {
        for (int more = 90_000; more <= 150_000; more += 20_000) {
            assertDrainDelivers(more);
        }
    }

    /** With so much more than what holds the client up, some of it is with the proxy when all of it has left the client. */
    private void assertDrainDelivers(int more) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("reads" + more));
        ServerSocketChannel listener = closeAfterwards(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
        listener.bind(address);
        proxy = startProxy(address);
        Socket client = connect();
        SocketChannel server = closeAfterwards(listener.accept());
        server.shutdownOutput();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        int sent = sendUntilHeldUp(client) + more;
        client.getOutputStream().write(random(more));
        client.close();
        InputStream in = Channels.newInputStream(server);
        int received = 0;
        while (proxy.receivedBytes() < sent) {
            received += in.readNBytes(1024).length;
        }
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(
                () -> proxy.drain(Duration.ofSeconds(20)).isClean(), task -> new Thread(task).start());
        // The drain of a proxy that does not wait would be over by now.
        drained.copy()
                .completeOnTimeout(false, STILL.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        received += in.readAllBytes().length;
        assertThat(received).isEqualTo(sent);
        assertThat(drained.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /** Sends until the proxy takes no more for a while, and returns how much that was. */
    private int sendUntilHeldUp(Socket client) throws IOException {
        int sent = 0;
        long since = System.nanoTime();
        while (System.nanoTime() - since < STILL.toNanos()) {
            if (proxy.receivedBytes() == sent) {
                client.getOutputStream().write(random(1024));
                sent += 1024;
                since = System.nanoTime();
            }
        }
        return sent;
    }
}
