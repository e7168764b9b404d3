package dev.tandem.benchmarks.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.reactivestreams.Publisher;
import reactor.netty.Connection;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/**
 * Reactor Netty's TcpServer: the echo of its reference guide, with Netty's frame handlers in front where frames are
 * echoed. It takes io_uring whenever that library is there, which its users report to be slower (reactor-netty issues 3833
 * and 4253), so it is given epoll loops.
 */
final class ReactorNettyServer implements EchoServer {

    private volatile Class<? extends Channel> channelSeen;

    @Override
    public InetSocketAddress start(ServerSettings settings) {
        return (InetSocketAddress) TcpServer.create()
                .host(settings.host())
                .port(settings.port())
                .runOn(new EpollLoops(settings.loops()), true)
                .option(ChannelOption.SO_BACKLOG, ServerSettings.BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .doOnConnection(connection -> onConnected(connection, settings))
                .handle(ReactorNettyServer::echo)
                .bindNow()
                .address();
    }

    private static Publisher<Void> echo(NettyInbound in, NettyOutbound out) {
        return out.send(in.receive().retain());
    }

    private void onConnected(Connection connection, ServerSettings settings) {
        channelSeen = connection.channel().getClass();
        if (settings.frames()) {
            connection.addHandlerLast(new LengthFieldBasedFrameDecoder(
                    ServerSettings.FRAME_BYTES_MAX, 0, ServerSettings.LENGTH_BYTES, 0, ServerSettings.LENGTH_BYTES));
            connection.addHandlerLast(new LengthFieldPrepender(ServerSettings.LENGTH_BYTES));
        }
    }

    @Override
    public Map<String, String> verdict() {
        Map<String, String> verdict = new LinkedHashMap<>();
        verdict.put("transport", String.valueOf(channelSeen));
        verdict.put("netty", Versions.netty());
        verdict.put("reactorNetty", Versions.of("reactor-netty"));
        return verdict;
    }

    private static final class EpollLoops implements LoopResources {

        private final EventLoopGroup group;

        EpollLoops(int loops) {
            group = new MultiThreadIoEventLoopGroup(loops, EpollIoHandler.newFactory());
        }

        @Override
        public EventLoopGroup onServer(boolean useNative) {
            return group;
        }

        @Override
        public EventLoopGroup onServerSelect(boolean useNative) {
            return group;
        }

        @Override
        public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup loops) {
            if (type == SocketChannel.class) {
                return type.cast(new EpollSocketChannel());
            }
            if (type == ServerSocketChannel.class) {
                return type.cast(new EpollServerSocketChannel());
            }
            throw new IllegalArgumentException("There is no epoll channel for " + type + ".");
        }

        @Override
        public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup loops) {
            Class<? extends Channel> epoll =
                    type == SocketChannel.class ? EpollSocketChannel.class : EpollServerSocketChannel.class;
            return epoll.asSubclass(type);
        }
    }
}
