package dev.tandem.netty;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A handler of connections that hands them to a Netty pipeline:
 *
 * <pre>{@code
 * TcpServer.builder().listen(8080).handlerPerConnection(NettyPipeline.of(new ChannelInitializer<SocketChannel>() {
 *     protected void initChannel(SocketChannel channel) {
 *         channel.pipeline().addLast(new HttpServerCodec(), new MyHandler());
 *     }
 * })).run();
 * }</pre>
 */
public final class NettyPipeline implements ConnectionHandler {

    private final ChannelHandler initializer;
    private TandemChannel channel;

    private NettyPipeline(ChannelHandler initializer) {
        this.initializer = initializer;
    }

    /**
     * A pipeline for each connection, begun with {@code initializer}: usually a {@link ChannelInitializer}, and like the
     * child handler of Netty's bootstrap it is added to many pipelines, so it must be {@link ChannelHandler.Sharable}.
     */
    public static Supplier<ConnectionHandler> of(ChannelHandler initializer) {
        Objects.requireNonNull(initializer, "initializer");
        return () -> new NettyPipeline(initializer);
    }

    @Override
    public void onOpened(Connection connection) {
        channel = new TandemChannel(connection);
        channel.pipeline().addLast(initializer);
        channel.open();
    }

    @Override
    public void onBytes(Connection connection, ByteBuf in) {
        channel.onBytes(in);
    }

    @Override
    public void onAllSent(Connection connection) {
        channel.onAllSent();
    }

    @Override
    public void onPeerFinished(Connection connection) {
        channel.onPeerFinished();
    }

    @Override
    public void onDrain(Connection connection) {
        channel.pipeline().fireUserEventTriggered(DrainEvent.INSTANCE);
    }

    @Override
    public void onClosed(Connection connection, CloseReason why) {
        if (channel != null) {
            channel.onClosed(why);
        }
    }
}
