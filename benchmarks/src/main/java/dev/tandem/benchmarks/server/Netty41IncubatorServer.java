package dev.tandem.benchmarks.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.incubator.channel.uring.IOUring;
import io.netty.incubator.channel.uring.IOUringEventLoopGroup;
import io.netty.incubator.channel.uring.IOUringServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** The archived incubator transport on Netty 4.1. Runs with a class path of its own. */
final class Netty41IncubatorServer implements EchoServer {

    /**
     * The transport stops reading from a connection when a receive fills its buffer and nothing more has come: with the
     * adaptive allocator, a ping-pong of 64-byte messages hangs at the 61st. An odd size is hardly ever filled exactly.
     */
    private static final int RECEIVE_BYTES = Integer.getInteger("incubator.receive", 65_521);

    private NettyEcho echo;

    @Override
    @SuppressWarnings("deprecation") // The option is current in Netty 4.1, with which this runs.
    public InetSocketAddress start(ServerSettings settings) throws Exception {
        IOUring.ensureAvailability();
        echo = new NettyEcho(settings);
        return (InetSocketAddress) new ServerBootstrap()
                .group(new IOUringEventLoopGroup(settings.loops()))
                .channel(IOUringServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, ServerSettings.BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES))
                .childHandler(echo)
                .bind(settings.host(), settings.port())
                .sync()
                .channel()
                .localAddress();
    }

    @Override
    public Map<String, String> verdict() {
        Map<String, String> verdict = new LinkedHashMap<>();
        verdict.put("transport", String.valueOf(echo.channelSeen()));
        verdict.put("netty", Versions.netty());
        verdict.put("incubator", Versions.of("incubator"));
        return verdict;
    }
}
