package dev.tandem.netty;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;

/**
 * A Netty channel whose socket is a Tandem connection, on the same event loop. Handlers find what they know:
 *
 * <ul>
 *   <li>a write's promise succeeds when the kernel has taken its bytes, and fails with {@link ClosedChannelException} if
 *       the channel ends before;
 *   <li>what a handler flushes while it is being called is sent once, when it returns;
 *   <li>{@code close} first gives what was flushed a second to leave. Messages that are written meanwhile fail.
 * </ul>
 *
 * <p>And the connection's limits hold: above {@code outboundPauseBytes} in the queue of the channel nothing is read from the
 * peer, and above {@code outboundMaxBytes} the connection is aborted.
 */
public final class TandemChannel extends AbstractChannel implements SocketChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final Connection connection;
    private final OutboundBatch batch;
    private final ReadBuffer readBuffer;
    private final SocketAddress localAddress;
    private final SocketAddress remoteAddress;
    private final TandemChannelConfig config = new TandemChannelConfig(this);
    private final LastWrites lastWrites = new LastWrites();

    private volatile boolean open = true;
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;

    /** The pipeline has asked for more than it was given: a read is pending, as Netty calls it. */
    private boolean readWanted;

    /** It was not automatic reading that asked for it. */
    private boolean readByHand;

    /** A callback of the connection is under way: what is flushed meanwhile is handed over at its end. */
    private boolean gathering;

    private boolean flushedMeanwhile;

    /** A close waits for the last writes. */
    private boolean closing;

    /** The end of the output waits for them. */
    private boolean outputEnding;

    /** What is first in the queue cannot be sent, so that nothing behind it can. */
    private boolean stuck;

    private CloseReason closeReason = CloseReason.CLOSED;

    TandemChannel(Connection connection) {
        super(null);
        this.connection = connection;
        this.batch = new OutboundBatch(connection);
        // Now, because the kernel forgets them when the connection ends, and handlers log them after that.
        this.localAddress = connection.localAddress();
        this.remoteAddress = connection.remoteAddress();
        this.readBuffer = ReadBuffer.join();
    }

    /** The connection that this channel stands for: with its reason to close, its unsent bytes. */
    public Connection connection() {
        return connection;
    }

    // ---- What the connection tells ----

    /** Registers with the connection's loop, on it, and so makes the channel active. */
    void open() {
        gather();
        connection.loop().register(this);
        endGathering();
    }

    /** The bytes are a loan, but a handler may keep what it is given: it gets a copy. */
    void onBytes(ByteBuf in) {
        if (inputShutdown || closing || !open) {
            in.skipBytes(in.readableBytes());
            return;
        }
        ByteBuf message = readBuffer.copyOf(in, alloc());
        gather();
        readWanted = false;
        pipeline().fireChannelRead(message);
        pipeline().fireChannelReadComplete();
        readBuffer.giveBack(message);
        endGathering();
    }

    /** Everything that was handed to the connection is sent. */
    void onAllSent() {
        ChannelOutboundBuffer queue = unsafe().outboundBuffer();
        if (queue == null) {
            batch.forget();
            return;
        }
        batch.onSent(queue);
        bridge().handOver();
    }

    void onPeerFinished() {
        if (inputShutdown || closing || !open) {
            return;
        }
        inputShutdown = true;
        if (config.isAllowHalfClosure()) {
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        } else {
            unsafe().close(voidPromise());
        }
    }

    void onClosed(CloseReason why) {
        readBuffer.leave();
        if (!open) {
            return;
        }
        if (why == CloseReason.PEER_RESET) {
            pipeline().fireExceptionCaught(new SocketException("Connection reset by peer"));
        } else if (why == CloseReason.NETWORK_FAILED) {
            pipeline().fireExceptionCaught(new SocketException("The network gave the connection up"));
        }
        bridge().closeNow(why);
    }

    private void gather() {
        gathering = true;
    }

    private void endGathering() {
        gathering = false;
        if (flushedMeanwhile) {
            flushedMeanwhile = false;
            bridge().handOver();
        }
        pauseUnlessWanted();
    }

    // ---- Reading ----

    @Override
    protected void doBeginRead() {
        readWanted = true;
        readByHand = !config.isAutoRead();
        connection.resumeReading();
    }

    /** Automatic reading was switched off, by any thread. */
    void onAutoReadCleared() {
        if (!isRegistered()) {
            return;
        }
        if (eventLoop().inEventLoop()) {
            readWanted = false;
            pauseUnlessWanted();
        } else {
            eventLoop().execute(this::endAutoRead);
        }
    }

    private void endAutoRead() {
        // A handler may have seen meanwhile that reading is its own business now, and have asked for something.
        if (!config.isAutoRead() && !readByHand) {
            readWanted = false;
            pauseUnlessWanted();
        }
    }

    private void pauseUnlessWanted() {
        if (!readWanted && open && !closing) {
            connection.pauseReading();
        }
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    /** What arrives from now on is dropped. */
    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        return onLoop(promise, () -> {
            inputShutdown = true;
            promise.trySuccess();
        });
    }

    // ---- Writing ----

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        if (!(message instanceof ByteBuf) && !(message instanceof FileRegion)) {
            throw new UnsupportedOperationException("A connection sends ByteBuf and FileRegion, but not "
                    + message.getClass().getName() + ". Does the pipeline lack an encoder?");
        }
        if (closing || outputEnding || !connection.isOpen()) {
            throw new ClosedChannelException();
        }
        batch.count(unsafe().outboundBuffer(), message instanceof ByteBuf bytes ? bytes.readableBytes() : 0);
        return message;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer queue) throws Exception {
        if (!connection.isOpen()) {
            throw new ClosedChannelException();
        }
        try {
            batch.handOver(queue);
        } catch (UncheckedIOException e) {
            stuck = true;
            throw e.getCause();
        }
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    /**
     * Ends the output after what was flushed before, for which it waits a second at most. Messages that are written meanwhile
     * fail.
     */
    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        return onLoop(promise, () -> {
            if (!hasUnsent()) {
                bridge().shutdownOutput(promise);
            } else if (promise.setUncancellable()) {
                outputEnding = true;
                lastWrites.awaitOn(eventLoop(), () -> bridge().shutdownOutput(promise));
            }
        });
    }

    @Override
    protected void doShutdownOutput() {
        outputShutdown = true;
        batch.forget();
        connection.shutdownOutput();
    }

    @Override
    public boolean isShutdown() {
        return inputShutdown && outputShutdown;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownInput();
        return shutdownOutput(promise);
    }

    private ChannelFuture onLoop(ChannelPromise promise, Runnable action) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            action.run();
        } else {
            loop.execute(action);
        }
        return promise;
    }

    // ---- Ending ----

    /** Closes through the pipeline; the connection gives this as its reason. */
    void closeBecause(CloseReason reason) {
        closeReason = reason;
        close();
    }

    @Override
    protected void doClose() {
        open = false;
        batch.forget();
        if (config.isResetOnClose()) {
            connection.abort();
        } else {
            connection.close(closeReason);
        }
    }

    private boolean hasUnsent() {
        ChannelOutboundBuffer queue = unsafe().outboundBuffer();
        return queue != null && !queue.isEmpty() && !stuck && connection.isOpen();
    }

    // ---- What it is ----

    @Override
    public SocketChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    /** None: the listener is no channel. */
    @Override
    public ServerSocketChannel parent() {
        return null;
    }

    /** Our address; {@code null} if the connection does not go over the internet protocols. */
    @Override
    public InetSocketAddress localAddress() {
        return super.localAddress() instanceof InetSocketAddress internet ? internet : null;
    }

    /** The peer's address; {@code null} if the connection does not go over the internet protocols. */
    @Override
    public InetSocketAddress remoteAddress() {
        return super.remoteAddress() instanceof InetSocketAddress internet ? internet : null;
    }

    @Override
    protected SocketAddress localAddress0() {
        return localAddress;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return remoteAddress;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop == connection.loop();
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("A connection is bound already.");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    /** Nothing is read for a channel without a loop. */
    @Override
    protected void doDeregister() {
        readWanted = false;
        pauseUnlessWanted();
    }

    @Override
    protected DefaultChannelPipeline newChannelPipeline() {
        return new TandemPipeline(this);
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new Bridge();
    }

    private Bridge bridge() {
        return (Bridge) unsafe();
    }

    /** The side of the channel that Netty's pipeline calls. */
    private final class Bridge extends AbstractUnsafe {

        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.tryFailure(new AlreadyConnectedException());
        }

        /** Hands what was flushed to the connection: now, or when the callback under way has returned. */
        @Override
        protected void flush0() {
            ChannelOutboundBuffer queue = outboundBuffer();
            if (gathering && queue != null && queue.totalPendingWriteBytes() < OutboundBatch.BYTES_MAX) {
                flushedMeanwhile = true;
            } else {
                handOver();
            }
        }

        void handOver() {
            super.flush0();
            // Also when nothing was handed over: empty messages leave the queue without being sent.
            if (!hasUnsent()) {
                lastWrites.end();
            }
        }

        @Override
        protected void close(ChannelPromise promise, Throwable cause, ClosedChannelException closeCause) {
            if (!hasUnsent() || config.isResetOnClose()) {
                super.close(promise, cause, closeCause);
                lastWrites.end();
            } else if (!promise.setUncancellable()) {
                return;
            } else if (!closing) {
                closing = true;
                lastWrites.awaitOn(eventLoop(), () -> super.close(promise, cause, closeCause));
            } else if (!promise.isVoid()) {
                closeFuture().addListener(closed -> promise.trySuccess());
            }
        }

        /** The connection has ended. */
        void closeNow(CloseReason why) {
            ClosedChannelException cause = new ClosedChannelException();
            cause.initCause(new SocketException("The connection has ended: " + why + "."));
            super.close(voidPromise(), cause, cause);
            lastWrites.end();
        }
    }
}
