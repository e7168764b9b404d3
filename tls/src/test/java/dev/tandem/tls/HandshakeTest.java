package dev.tandem.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.Upper;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslProvider;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is expensive in a handshake, on its other thread. */
@Timeout(30)
class HandshakeTest {

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final IoEventLoop loop = loops.next();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final NoMemoryToSign noMemory = new NoMemoryToSign();
    private RunningLayer layer;

    @AfterEach
    void end() {
        Security.removeProvider(noMemory.getName());
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        layer.close();
    }

    /** An engine that was left by an error asks for the same task for ever, and gives out none. */
    @Test
    void anErrorInItEndsTheHandshakeAtOnceAndIsTold(@TempDir Path directory) throws Exception {
        layer = SelfSigned.in(directory, SelfSigned.of("test"))
                .withProvider(SslProvider.JDK)
                .start();
        Security.insertProviderAt(noMemory, 1);
        byte[] hello = hello();
        loop.submit(() -> layer.begin(socket(), above()).onReceived(Unpooled.wrappedBuffer(hello)))
                .get();

        assertThat(events.poll(10, TimeUnit.SECONDS))
                .isEqualTo("HANDSHAKE_FAILED: its handshake could not be computed: as the test wants it");
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("abort");
    }

    private static byte[] hello() throws Exception {
        SSLEngine client = SSLContext.getDefault().createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer sealed = ByteBuffer.allocate(1 << 15);
        client.wrap(ByteBuffer.allocate(0), sealed);
        byte[] bytes = new byte[sealed.flip().remaining()];
        sealed.get(bytes);
        return bytes;
    }

    private StreamSocket socket() {
        return (StreamSocket) Proxy.newProxyInstance(
                StreamSocket.class.getClassLoader(),
                new Class<?>[] {StreamSocket.class},
                (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "loop" -> {
                            return loop;
                        }
                        case "abort" -> events.add("abort");
                        case "toString" -> {
                            return "socket";
                        }
                        default -> {
                            // Nothing is received or sent here.
                        }
                    }
                    return null;
                });
    }

    private Upper above() {
        return new Upper() {

            @Override
            public SocketEvents open(StreamSocket layered) {
                throw new AssertionError("It was opened.");
            }

            @Override
            public void refuse(CloseReason why, String because) {
                events.add(why + ": " + because);
            }
        };
    }

    /** The first provider of the JDK that is asked for a signature, and the last. */
    private static final class NoMemoryToSign extends Provider {

        private static final long serialVersionUID = 1L;

        NoMemoryToSign() {
            super("NoMemoryToSign", "1", "");
            putService(new Service(this, "Signature", "SHA256withECDSA", "none", null, null) {
                @Override
                public Object newInstance(Object parameter) {
                    throw new OutOfMemoryError("as the test wants it");
                }
            });
        }
    }
}
