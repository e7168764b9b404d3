package dev.tandem.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannelConfig;
import java.util.Map;

/**
 * What a pipeline may choose for its channel. The options of the socket itself are not among it: they are chosen for the
 * listener, whose connections inherit them.
 */
final class TandemChannelConfig extends DefaultChannelConfig implements SocketChannelConfig {

    private final TandemChannel channel;
    private volatile boolean allowHalfClosure;
    private volatile boolean resetOnClose;

    TandemChannelConfig(TandemChannel channel) {
        super(channel);
        this.channel = channel;
        // All of Tandem's memory comes from this one, and small buffers cost less than from Netty's default.
        setAllocator(PooledByteBufAllocator.DEFAULT);
    }

    @Override
    protected void autoReadCleared() {
        channel.onAutoReadCleared();
    }

    /** Whether closing the channel resets the connection: what SO_LINGER 0 means. */
    boolean isResetOnClose() {
        return resetOnClose;
    }

    // ---- Options ----

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.ALLOW_HALF_CLOSURE, ChannelOption.SO_LINGER);
    }

    @SuppressWarnings("unchecked")
    @Override
    public <T> T getOption(ChannelOption<T> option) {
        if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            return (T) Boolean.valueOf(allowHalfClosure);
        }
        if (option == ChannelOption.SO_LINGER) {
            return (T) Integer.valueOf(getSoLinger());
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            setAllowHalfClosure((Boolean) value);
        } else if (option == ChannelOption.SO_LINGER) {
            setSoLinger((Integer) value);
        } else {
            return super.setOption(option, value);
        }
        return true;
    }

    @Override
    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public SocketChannelConfig setAllowHalfClosure(boolean value) {
        allowHalfClosure = value;
        return this;
    }

    @Override
    public int getSoLinger() {
        return resetOnClose ? 0 : -1;
    }

    /** A close resets the connection if this is 0, and is orderly if it is negative. */
    @Override
    public SocketChannelConfig setSoLinger(int seconds) {
        if (seconds > 0) {
            throw new UnsupportedOperationException("SO_LINGER must be 0, which resets, or negative, but was " + seconds
                    + ". How long a close may take is the business of ConnectionLimits.");
        }
        resetOnClose = seconds == 0;
        return this;
    }

    // ---- The listener's options ----

    private static UnsupportedOperationException ofTheListener(String option) {
        return new UnsupportedOperationException(
                option + " is chosen for the listener: TcpServerBuilder.listenOptions(...).");
    }

    @Override
    public boolean isTcpNoDelay() {
        throw ofTheListener("TCP_NODELAY");
    }

    @Override
    public SocketChannelConfig setTcpNoDelay(boolean value) {
        throw ofTheListener("TCP_NODELAY");
    }

    @Override
    public boolean isKeepAlive() {
        throw ofTheListener("SO_KEEPALIVE");
    }

    @Override
    public SocketChannelConfig setKeepAlive(boolean value) {
        throw ofTheListener("SO_KEEPALIVE");
    }

    @Override
    public int getSendBufferSize() {
        throw ofTheListener("SO_SNDBUF");
    }

    @Override
    public SocketChannelConfig setSendBufferSize(int bytes) {
        throw ofTheListener("SO_SNDBUF");
    }

    @Override
    public int getReceiveBufferSize() {
        throw ofTheListener("SO_RCVBUF");
    }

    @Override
    public SocketChannelConfig setReceiveBufferSize(int bytes) {
        throw ofTheListener("SO_RCVBUF");
    }

    @Override
    public boolean isReuseAddress() {
        throw ofTheListener("SO_REUSEADDR");
    }

    @Override
    public SocketChannelConfig setReuseAddress(boolean value) {
        throw ofTheListener("SO_REUSEADDR");
    }

    @Override
    public int getTrafficClass() {
        throw ofTheListener("IP_TOS");
    }

    @Override
    public SocketChannelConfig setTrafficClass(int value) {
        throw ofTheListener("IP_TOS");
    }

    @Override
    public SocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        throw ofTheListener("A performance preference");
    }

    // ---- The same as in the superclass, with the type that a socket channel promises ----

    @Override
    public SocketChannelConfig setConnectTimeoutMillis(int value) {
        super.setConnectTimeoutMillis(value);
        return this;
    }

    @Override
    @Deprecated
    public SocketChannelConfig setMaxMessagesPerRead(int value) {
        super.setMaxMessagesPerRead(value);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteSpinCount(int value) {
        super.setWriteSpinCount(value);
        return this;
    }

    @Override
    public SocketChannelConfig setAllocator(ByteBufAllocator value) {
        super.setAllocator(value);
        return this;
    }

    @Override
    public SocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator value) {
        super.setRecvByteBufAllocator(value);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoRead(boolean value) {
        super.setAutoRead(value);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoClose(boolean value) {
        super.setAutoClose(value);
        return this;
    }

    @Override
    public SocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator value) {
        super.setMessageSizeEstimator(value);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark value) {
        super.setWriteBufferWaterMark(value);
        return this;
    }
}
