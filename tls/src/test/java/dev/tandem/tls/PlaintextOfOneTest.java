package dev.tandem.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.Upper;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All connections of a loop open their records in one place. What is one's is never another's. */
@Timeout(30)
class PlaintextOfOneTest {

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final IoEventLoop loop = loops.next();
    private RunningLayer layer;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        layer = SelfSigned.in(directory, SelfSigned.of("test"))
                .withProvider(SslProvider.JDK)
                .start();
    }

    @AfterEach
    void end() {
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        layer.close();
    }

    @Test
    void whatWasOpenedBeforeAFailureIsNotLentToTheNextConnection() throws Exception {
        Peer failing = new Peer();
        Peer other = new Peer();
        failing.socket.memoryIsGone = true;

        // It is asked for new keys behind some bytes, and cannot answer.
        byte[] first = failing.seal("for one only");
        failing.engine.beginHandshake();
        byte[] request = failing.seal("");
        assertThatThrownBy(() -> failing.deliver(first, request)).hasRootCauseInstanceOf(OutOfMemoryError.class);
        failing.close();
        other.deliver(other.seal("for the other"));

        assertThat(other.heard).hasToString("for the other");
        other.close();
    }

    /** A client, and the socket of the server by which it is connected. */
    private final class Peer {

        private final ServerSide socket = new ServerSide();
        private final StringBuffer heard = new StringBuffer();
        private final SSLEngine engine;
        private ByteBuffer arrived = ByteBuffer.allocate(0);

        Peer() throws Exception {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
            engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            loop.submit(() -> socket.events = layer.begin(socket, new Listening()))
                    .get();
            engine.beginHandshake();
            while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                step();
            }
            loop.submit(() -> {}).get();
        }

        private void step() throws Exception {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> deliver(seal(""));
                default -> open();
            }
        }

        private void open() throws Exception {
            ByteBuffer opened = ByteBuffer.allocate(1 << 15);
            if (engine.unwrap(arrived, opened).getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                byte[] more = socket.sent.poll(10, TimeUnit.SECONDS);
                arrived = ByteBuffer.allocate(arrived.remaining() + more.length)
                        .put(arrived)
                        .put(more)
                        .flip();
            }
        }

        byte[] seal(String text) throws SSLException {
            ByteBuffer sealed = ByteBuffer.allocate(1 << 15);
            engine.wrap(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), sealed);
            byte[] bytes = new byte[sealed.flip().remaining()];
            sealed.get(bytes);
            return bytes;
        }

        void deliver(byte[]... records) throws Exception {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] each : records) {
                all.writeBytes(each);
            }
            loop.submit(() -> socket.events.onReceived(Unpooled.wrappedBuffer(all.toByteArray())))
                    .get();
        }

        void close() throws Exception {
            loop.submit(() -> socket.events.onClosed()).get();
        }

        private final class Listening implements Upper, SocketEvents {

            @Override
            public SocketEvents open(StreamSocket layered) {
                layered.resumeReceiving();
                return this;
            }

            @Override
            public void refuse(CloseReason why, String because) {}

            @Override
            public void onReceived(ByteBuf loan) {
                heard.append(loan.toString(StandardCharsets.US_ASCII));
            }

            @Override
            public void onReceiveEnd() {}

            @Override
            public void onSent(int bytes) {}

            @Override
            public void onFailed(TransportException why) {}

            @Override
            public void onClosed() {}
        }
    }

    private final class ServerSide implements StreamSocket {

        private final BlockingQueue<byte[]> sent = new LinkedBlockingQueue<>();
        private SocketEvents events;
        private volatile boolean memoryIsGone;

        @Override
        public IoEventLoop loop() {
            return loop;
        }

        @Override
        public SocketAddress localAddress() {
            return null;
        }

        @Override
        public SocketAddress remoteAddress() {
            return null;
        }

        @Override
        public void resumeReceiving() {}

        @Override
        public void pauseReceiving() {}

        @Override
        public void send(ByteBuf bytes) {
            if (memoryIsGone) {
                throw new OutOfMemoryError("as the test wants it");
            }
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.readBytes(copy);
            sent.add(copy);
            loop.execute(() -> events.onSent(copy.length));
        }

        @Override
        public boolean sendLoan(ByteBuf loan) {
            return false;
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void close() {}

        @Override
        public void abort() {}
    }
}
