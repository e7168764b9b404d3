package dev.tandem.endtoend;

import dev.tandem.layer.LayeredSocket;
import dev.tandem.transport.Acceptor;
import dev.tandem.transport.Availability;
import dev.tandem.transport.ConnectAttempt;
import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.Connector;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.Listener;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportException;
import dev.tandem.transport.TransportProvider;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** An engine that counts what is asked of it: sends of all its sockets, and wake-ups of all its loops. */
public final class CountingTransport implements Transport {

    private static final String PREFIX = "counting:";

    /** Since the JVM has started. */
    static final AtomicLong SENDS = new AtomicLong();

    /** Since the JVM has started, by other threads: what a loop's own thread hands to it finds it awake. */
    static final AtomicLong WAKE_UPS = new AtomicLong();

    private final Transport engine;

    private CountingTransport(Transport engine) {
        this.engine = engine;
    }

    /** The name under which the engine of this name is found when it is to count. */
    static String nameOf(String engine) {
        return PREFIX + engine;
    }

    /** Counts for epoll. */
    public static final class Epoll extends Provider {
        /** For ServiceLoader. */
        public Epoll() {
            super("epoll");
        }
    }

    /** Counts for io_uring. */
    public static final class IoUring extends Provider {
        /** For ServiceLoader. */
        public IoUring() {
            super("io_uring");
        }
    }

    private abstract static class Provider implements TransportProvider {

        private final String engine;

        Provider(String engine) {
            this.engine = engine;
        }

        private TransportProvider engine() {
            return Providers.named(engine);
        }

        @Override
        public String name() {
            return nameOf(engine);
        }

        @Override
        public Availability probe() {
            return engine().probe();
        }

        @Override
        public Transport open(TransportConfig config) {
            return new CountingTransport(engine().open(config));
        }
    }

    @Override
    public String name() {
        return nameOf(engine.name());
    }

    @Override
    public List<String> features() {
        return engine.features();
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        IoHandlerFactory handlers = engine.ioHandlerFactory();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor loop) {
                return new CountingHandler(loop, handlers.newHandler(loop));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return handlers.isChangingThreadSupported();
            }
        };
    }

    @Override
    public Listener listen(IoEventLoop loop, SocketAddress address, ListenOptions options, Acceptor acceptor)
            throws TransportException {
        return engine.listen(loop, address, options, new CountingAcceptor(acceptor));
    }

    @Override
    public ConnectAttempt connect(
            IoEventLoop loop, SocketAddress address, ConnectOptions options, Connector connector) {
        return engine.connect(loop, address, options, connector);
    }

    private record CountingAcceptor(Acceptor acceptor) implements Acceptor {

        @Override
        public int room() {
            return acceptor.room();
        }

        @Override
        public IoEventLoop chooseLoop() {
            return acceptor.chooseLoop();
        }

        @Override
        public SocketEvents onAccepted(StreamSocket socket) {
            return acceptor.onAccepted(new CountingSocket(socket));
        }

        @Override
        public void onLost(IoEventLoop chosen) {
            acceptor.onLost(chosen);
        }

        @Override
        public void onAcceptFailed(TransportException why, long retryMillis) {
            acceptor.onAcceptFailed(why, retryMillis);
        }

        @Override
        public void onListenerClosed() {
            acceptor.onListenerClosed();
        }
    }

    private static final class CountingSocket extends LayeredSocket {

        CountingSocket(StreamSocket socket) {
            super(socket);
        }

        @Override
        public void resumeReceiving() {
            socket.resumeReceiving();
        }

        @Override
        public void pauseReceiving() {
            socket.pauseReceiving();
        }

        @Override
        public void send(ByteBuf bytes) {
            SENDS.incrementAndGet();
            socket.send(bytes);
        }

        @Override
        public boolean sendLoan(ByteBuf loan) {
            boolean sent = socket.sendLoan(loan);
            if (sent) {
                SENDS.incrementAndGet();
            }
            return sent;
        }

        @Override
        public void shutdownOutput() {
            socket.shutdownOutput();
        }

        @Override
        public void close() {
            socket.close();
        }

        @Override
        public void abort() {
            socket.abort();
        }
    }

    private record CountingHandler(ThreadAwareExecutor loop, IoHandler engine) implements IoHandler {

        @Override
        public void wakeup() {
            if (!loop.isExecutorThread(Thread.currentThread())) {
                WAKE_UPS.incrementAndGet();
            }
            engine.wakeup();
        }

        @Override
        public void initialize() {
            engine.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return engine.run(context);
        }

        @Override
        public void prepareToDestroy() {
            engine.prepareToDestroy();
        }

        @Override
        public void destroy() {
            engine.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return engine.register(handle);
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return engine.isCompatible(handleType);
        }
    }
}
