package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.netty.TandemChannel;
import dev.tandem.server.TcpServer;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.stream.ChunkedStream;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.handler.timeout.WriteTimeoutException;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Handlers of Netty's own that ask much of a channel: timers, writability, promises in the middle of the pipeline. */
@OnBothTransports
class NettyHandlersTest extends NettyEndToEnd {

    private static X509Bundle certificate;

    @BeforeAll
    static void certify() throws Exception {
        certificate = new CertificateBuilder()
                .subject("CN=localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    /** Sends back what it reads, and notes what it is told. */
    private class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof IdleStateEvent idle) {
                events.add(idle.state().toString());
            } else if (event instanceof SslHandshakeCompletionEvent handshake) {
                events.add(
                        handshake.isSuccess() ? "handshake" : handshake.cause().getMessage());
            } else if (event instanceof SslCloseCompletionEvent closed) {
                events.add(closed.isSuccess() ? "close_notify" : "truncated");
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            events.add(cause.getClass().getSimpleName());
        }
    }

    private TcpServer startTls() throws Exception {
        return startTls(Await.PATIENCE);
    }

    private TcpServer startTls(Duration handshakeTimeout) throws Exception {
        SslContext tls = SslContextBuilder.forServer(
                        certificate.getKeyPair().getPrivate(), certificate.getCertificate())
                .sslProvider(SslProvider.JDK)
                .build();
        return startPipeline(channel -> {
            SslHandler handler = tls.newHandler(channel.alloc());
            handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
            channel.pipeline().addLast(handler, new Echo());
        });
    }

    private SSLSocket connectWithTls(TcpServer server) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, certificate.toTrustManagerFactory().getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port());
        socket.setSoTimeout((int) Await.PATIENCE.toMillis());
        return closeAfterwards(socket);
    }

    @Test
    void tlsInsideThePipeline() throws Exception {
        TcpServer server = startTls();
        SSLSocket peer = connectWithTls(server);
        byte[] content = new byte[2 << 20];
        new RandomStream(3).next(content, content.length);
        Thread sender = new Thread(() -> {
            try {
                peer.getOutputStream().write(content);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        sender.start();

        assertThat(peer.getInputStream().readNBytes(content.length)).isEqualTo(content);
        sender.join();
        assertThat(events).containsExactly("handshake");
        // Sends its close_notify, and waits for ours and our FIN.
        peer.shutdownOutput();
        assertThat(peer.getInputStream().read()).isEqualTo(-1);
        Await.value("connections", 0, server::connections);
        assertThat(events).containsExactly("handshake", "close_notify");
    }

    @Test
    void aCloseThroughTlsTellsThePeerThatNothingWasCutOff() throws Exception {
        TcpServer server = startTls();
        SSLSocket peer = connectWithTls(server);
        peer.getOutputStream().write("hello".getBytes());
        assertThat(peer.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
        nextChannel().close();

        // Without a close_notify this would throw.
        assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void aHandshakeThatDoesNotComeTimesOut() throws Exception {
        TcpServer server = startTls(Duration.ofSeconds(1));
        Peer peer = connect(server);

        assertThat(peer.receiveToEnd()).isEmpty();
        assertThat(events).anySatisfy(event -> assertThat(event).contains("handshake timed out after 1000ms"));
        peer.close();
        Await.value("connections", 0, server::connections);
    }

    @Test
    void idlenessIsSeenWhenThereIsAnyAndOnlyThen() throws Exception {
        Duration idle = Duration.ofMillis(300);
        TcpServer server = startPipeline(channel -> channel.pipeline()
                .addLast(new IdleStateHandler(true, idle.toMillis(), 0, 0, TimeUnit.MILLISECONDS), new Echo()));
        long asked = System.nanoTime();
        Peer peer = connect(server);
        long busySince = asked;
        while (asked - busySince < 2 * idle.toNanos()) {
            long askedBefore = asked;
            asked = System.nanoTime();
            peer.echo("x");
            List<String> seen = List.copyOf(events);
            // The reads of this question and of the one before, or the opening, lie between these two times, whoever
            // stood still for how long.
            if (System.nanoTime() - askedBefore < idle.toNanos()) {
                assertThat(seen).isEmpty();
            } else {
                events.clear();
                busySince = asked;
            }
        }
        Await.until("idleness is seen", () -> events.contains("READER_IDLE"));
    }

    @Test
    void aReadTimeoutClosesTheChannel() throws Exception {
        TcpServer server = startPipeline(
                channel -> channel.pipeline().addLast(new ReadTimeoutHandler(2, TimeUnit.SECONDS), new Echo()));
        Peer peer = connect(server);
        peer.echo("x");

        assertThat(peer.receiveToEnd()).isEmpty();
        assertThat(events).containsExactly("ReadTimeoutException");
        peer.close();
        Await.value("connections", 0, server::connections);
    }

    @Test
    void aWriteTimeoutClosesAChannelWhosePeerDoesNotRead() throws Exception {
        TcpServer server = startPipeline(
                channel -> channel.pipeline().addLast(new WriteTimeoutHandler(200, TimeUnit.MILLISECONDS), new Echo()));
        closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        TandemChannel channel = nextChannel();
        int bytes = 7 << 20;
        ChannelFuture write =
                channel.writeAndFlush(channel.alloc().buffer(bytes).writeZero(bytes));

        assertThat(channel.closeFuture().await(Await.PATIENCE.toMillis())).isTrue();
        assertThat(write.await(Await.PATIENCE.toMillis()) && !write.isSuccess()).isTrue();
        assertThat(events).contains(WriteTimeoutException.class.getSimpleName());
    }

    @Test
    void chunksAreMadeAsThePeerReadsThem() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new ChunkedWriteHandler(), new Echo()));
        Peer peer = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        TandemChannel channel = nextChannel();
        byte[] content = new byte[12 << 20];
        new RandomStream(5).next(content, content.length);
        AtomicLong progress = new AtomicLong();
        ChannelProgressivePromise promise = channel.newProgressivePromise();
        promise.addListener(new ChannelProgressiveFutureListener() {
            @Override
            public void operationProgressed(ChannelProgressiveFuture future, long bytes, long total) {
                progress.set(bytes);
            }

            @Override
            public void operationComplete(ChannelProgressiveFuture future) {
                events.add(outcome(future));
            }
        });
        channel.writeAndFlush(new ChunkedStream(new ByteArrayInputStream(content)), promise);
        awaitHalt(channel, "sending", server::sentBytes);

        // The handler counts what it has read, and reads as far as the channel is writable.
        assertThat(progress).hasValueBetween(1, server.sentBytes() + 200_000);
        assertThat(server.bufferedBytes()).isLessThan(200_000);
        assertThat(peer.receive(content.length)).isEqualTo(content);
        Await.value("events", 1, events::size);
        assertThat(events).containsExactly("sent");
    }
}
