package dev.tandem.benchmarks.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.net.InetSocketAddress;

/**
 * Netty 4.2 with its SslHandler in front of the echo, for {@code benchmarks/compare --tls}: {@code epoll|io_uring JDK|OPENSSL
 * CERTIFICATE KEY}. Handshakes are computed on the loop, as they are unless a user says otherwise.
 */
public final class NettyTlsServer {

    private NettyTlsServer() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        boolean epoll = arguments[0].equals("epoll");
        SslContext context = SslContextBuilder.forServer(new File(arguments[2]), new File(arguments[3]))
                .sslProvider(SslProvider.valueOf(arguments[1]))
                .build();
        NettyEcho echo = new NettyEcho(new ServerSettings(Protocol.RAW, "127.0.0.1", 0, 1));
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(
                        1, epoll ? EpollIoHandler.newFactory() : IoUringIoHandler.newFactory()))
                .channel(channel(epoll))
                .option(ChannelOption.SO_BACKLOG, ServerSettings.BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        accepted.pipeline().addLast(context.newHandler(accepted.alloc()), echo);
                    }
                });
        InetSocketAddress address = (InetSocketAddress)
                bootstrap.bind("127.0.0.1", 0).sync().channel().localAddress();
        System.out.println("listening on 127.0.0.1:" + address.getPort());
    }

    private static Class<? extends ServerSocketChannel> channel(boolean epoll) {
        return epoll ? EpollServerSocketChannel.class : IoUringServerSocketChannel.class;
    }
}
