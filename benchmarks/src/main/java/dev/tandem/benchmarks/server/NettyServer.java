package dev.tandem.benchmarks.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Netty 4.2 as it is: channels, pipelines, and one of its two Linux engines. */
final class NettyServer implements EchoServer {

    enum Engine {
        EPOLL,
        /** As it comes: poll, then receive. */
        IO_URING,
        /** With provided buffers, which also turns multishot receive on. Off unless configured. */
        IO_URING_BUFFER_RING
    }

    private static final short BUFFER_GROUP = 1;
    private static final int RING_BUFFERS = 256;
    private static final int RING_BUFFER_BYTES = 16 << 10;
    /** How many buffers are put back at once. */
    private static final int RING_BATCH = 64;

    private final Engine engine;
    private NettyEcho echo;

    NettyServer(Engine engine) {
        this.engine = engine;
    }

    @Override
    public InetSocketAddress start(ServerSettings settings) throws Exception {
        echo = new NettyEcho(settings);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(settings.loops(), ioHandlers()))
                .channel(channel())
                .option(ChannelOption.SO_BACKLOG, ServerSettings.BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(echo);
        if (engine == Engine.IO_URING_BUFFER_RING) {
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP);
        }
        return (InetSocketAddress) bootstrap
                .bind(settings.host(), settings.port())
                .sync()
                .channel()
                .localAddress();
    }

    private Class<? extends ServerChannel> channel() {
        return engine == Engine.EPOLL ? EpollServerSocketChannel.class : IoUringServerSocketChannel.class;
    }

    private IoHandlerFactory ioHandlers() {
        if (engine == Engine.EPOLL) {
            return EpollIoHandler.newFactory();
        }
        IoUring.ensureAvailability();
        if (engine == Engine.IO_URING) {
            return IoUringIoHandler.newFactory();
        }
        if (!IoUring.isRegisterBufferRingSupported()) {
            throw new IllegalStateException("This kernel has no provided-buffer rings. Linux 5.19 and newer have.");
        }
        return IoUringIoHandler.newFactory(new IoUringIoHandlerConfig()
                .setBufferRingConfig(IoUringBufferRingConfig.builder()
                        .bufferGroupId(BUFFER_GROUP)
                        .bufferRingSize((short) RING_BUFFERS)
                        .batchSize(RING_BATCH)
                        .allocator(new IoUringFixedBufferRingAllocator(RING_BUFFER_BYTES))
                        .build()));
    }

    @Override
    public Map<String, String> verdict() {
        Map<String, String> verdict = new LinkedHashMap<>();
        verdict.put("transport", String.valueOf(echo.channelSeen()));
        verdict.put("netty", Versions.netty());
        if (engine != Engine.EPOLL) {
            verdict.put("features", IoUring.featureString());
            verdict.put(
                    "bufferRing",
                    engine == Engine.IO_URING_BUFFER_RING
                            ? RING_BUFFERS + " x " + RING_BUFFER_BYTES + " bytes, registered"
                            : "none");
        }
        return verdict;
    }
}
