package dev.tandem.examples.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.net.InetSocketAddress;

/** The pipelines of {@code ./tandem http} on Netty's own channels: what the bridge is measured against. */
public final class PlainNettyHttp {

    private static final short BUFFER_GROUP = 1;

    private PlainNettyHttp() {}

    /** Runs until it is ended. Arguments: epoll, io_uring, or io_uring-ring with buffers that all channels share; a port. */
    public static void main(String[] arguments) throws InterruptedException {
        String engine = arguments[0];
        Class<? extends ServerChannel> channel =
                engine.equals("epoll") ? EpollServerSocketChannel.class : IoUringServerSocketChannel.class;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, ioHandlers(engine)))
                .channel(channel)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new HttpInitializer());
        if (engine.equals("io_uring-ring")) {
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP);
        }
        Channel listener = bootstrap
                .bind("127.0.0.1", Integer.parseInt(arguments[1]))
                .sync()
                .channel();
        System.out.println("http listening on 127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort());
        listener.closeFuture().sync();
    }

    private static IoHandlerFactory ioHandlers(String engine) {
        return switch (engine) {
            case "epoll" -> EpollIoHandler.newFactory();
            case "io_uring" -> IoUringIoHandler.newFactory();
            case "io_uring-ring" ->
                IoUringIoHandler.newFactory(new IoUringIoHandlerConfig()
                        .setBufferRingConfig(IoUringBufferRingConfig.builder()
                                .bufferGroupId(BUFFER_GROUP)
                                .bufferRingSize((short) 256)
                                .batchSize(64)
                                .allocator(new IoUringFixedBufferRingAllocator(16 << 10))
                                .build()));
            default -> throw new IllegalArgumentException("There is no engine " + engine + ".");
        };
    }
}
