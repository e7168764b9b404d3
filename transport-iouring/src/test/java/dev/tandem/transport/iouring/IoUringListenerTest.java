package dev.tandem.transport.iouring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.Acceptor;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportException;
import dev.tandem.transport.TransportLoops;
import dev.tandem.transport.linux.Errno;
import io.netty.channel.IoEventLoop;
import io.netty.channel.uring.IoUringIoEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a listener makes of completions that a kernel gives too seldom to wait for them. */
@Timeout(30)
class IoUringListenerTest {

    private static final int ECONNABORTED = 103;
    private static final RingFeatures SINGLE_SHOT = new RingFeatures(false, false, true);

    private static final class Accepting implements Acceptor {

        private final IoEventLoop loop;
        private final List<String> failures = new ArrayList<>();
        private final CountDownLatch accepted = new CountDownLatch(3);
        private final CountDownLatch closed = new CountDownLatch(1);

        Accepting(IoEventLoop loop) {
            this.loop = loop;
        }

        @Override
        public IoEventLoop chooseLoop() {
            return loop;
        }

        /** Refuses it, which closes the socket. */
        @Override
        public SocketEvents onAccepted(StreamSocket socket) {
            accepted.countDown();
            return null;
        }

        @Override
        public void onAcceptFailed(TransportException why, long retryMillis) {
            failures.add(why.getMessage() + " Waits " + retryMillis + " ms.");
        }

        @Override
        public void onListenerClosed() {
            closed.countDown();
        }
    }

    @Test
    void aClientThatIsGoneBeforeItIsAcceptedIsSkipped() throws Exception {
        Transport transport = new IoUringTransport(TransportConfig.DEFAULT, RingConfig.DEFAULT, SINGLE_SHOT);
        TransportLoops loops = new TransportLoops(1, Executors.defaultThreadFactory(), transport);
        try {
            IoEventLoop loop = loops.next();
            Accepting accepting = new Accepting(loop);
            IoUringListener listener = (IoUringListener) transport.listen(
                    loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.DEFAULT, accepting);
            // Without a request in the kernel, so that the completion made here is the only one.
            listener.pauseAccepting();
            while (!loop.submit(listener::isQuiet).get()) {
                Thread.onSpinWait();
            }
            loop.submit(() -> listener.onEvent(new IoUringIoEvent(-ECONNABORTED, 0, RingOperations.ACCEPT, 0L)))
                    .get();
            assertThat(accepting.failures)
                    .singleElement()
                    .asString()
                    .contains(Errno.name(ECONNABORTED))
                    .endsWith("Waits 0 ms.");
            listener.resumeAccepting();
            assertThat(loop.submit(listener::isQuiet).get())
                    .as("asks for no connection")
                    .isFalse();
            for (long i = accepting.accepted.getCount(); i > 0; i--) {
                new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort())
                        .close();
            }
            assertThat(accepting.accepted.await(10, TimeUnit.SECONDS)).isTrue();
            listener.close();
            assertThat(accepting.closed.await(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}
