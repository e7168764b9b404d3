package dev.tandem.endtoend;

import dev.tandem.netty.NettyPipeline;
import dev.tandem.netty.TandemChannel;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** Servers whose connections are handled by pipelines of Netty. */
abstract class NettyEndToEnd extends EndToEnd {

    private static final Duration STILL = Duration.ofMillis(200);

    /** What handlers note, from whatever thread. */
    final List<String> events = new CopyOnWriteArrayList<>();

    private final BlockingQueue<TandemChannel> channels = new LinkedBlockingQueue<>();

    final TcpServer startPipeline(ChannelHandler... handlers) {
        return startPipeline(channel -> channel.pipeline().addLast(handlers));
    }

    final TcpServer startPipeline(Consumer<SocketChannel> initialize) {
        return startPipeline(builder -> builder, initialize);
    }

    final TcpServer startPipeline(UnaryOperator<TcpServerBuilder> describe, Consumer<SocketChannel> initialize) {
        return start(builder ->
                describe.apply(builder.handlerPerConnection(NettyPipeline.of(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        initialize.accept(channel);
                        channels.add((TandemChannel) channel);
                    }
                }))));
    }

    /** The channel of the next connection, in the order of their arrival. */
    final TandemChannel nextChannel() throws InterruptedException {
        TandemChannel channel = channels.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (channel == null) {
            throw new AssertionError("No connection has come.");
        }
        return channel;
    }

    /** Runs it on the channel's loop and waits until it has run. */
    static void onLoop(TandemChannel channel, Runnable action) throws InterruptedException {
        channel.eventLoop().submit(action).sync();
    }

    /** Waits until a number that changes on the channel's loop stays the same. */
    static void awaitHalt(TandemChannel channel, String what, LongSupplier number) {
        awaitHalt(List.of(channel.eventLoop()), what, STILL, number);
    }

    static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    static String outcome(ChannelFuture future) {
        if (future.isSuccess()) {
            return "sent";
        }
        return future.cause() instanceof ClosedChannelException
                ? "closed"
                : future.cause().toString();
    }
}
