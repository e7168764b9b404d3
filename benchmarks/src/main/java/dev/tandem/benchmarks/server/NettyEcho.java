package dev.tandem.benchmarks.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import java.io.IOException;

/**
 * The pipeline of every raw Netty server, 4.1 and 4.2: Netty's own frame handlers, writes without a promise each, and one
 * flush when a read is complete, as Netty's guide and its TechEmpower entry do. A peer that does not read is not read from.
 */
final class NettyEcho extends ChannelInitializer<Channel> {

    private final ServerSettings settings;
    private volatile Class<? extends Channel> channelSeen;

    NettyEcho(ServerSettings settings) {
        this.settings = settings;
    }

    /** The class of a channel that was accepted, or null before the first. */
    Class<? extends Channel> channelSeen() {
        return channelSeen;
    }

    @Override
    protected void initChannel(Channel channel) {
        channelSeen = channel.getClass();
        ChannelPipeline pipeline = channel.pipeline();
        if (settings.frames()) {
            pipeline.addLast(new LengthFieldBasedFrameDecoder(
                    ServerSettings.FRAME_BYTES_MAX, 0, ServerSettings.LENGTH_BYTES, 0, ServerSettings.LENGTH_BYTES));
            pipeline.addLast(new LengthFieldPrepender(ServerSettings.LENGTH_BYTES));
        }
        pipeline.addLast(new EchoHandler());
    }

    private static final class EchoHandler extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!(cause instanceof IOException)) {
                cause.printStackTrace();
            }
            context.close();
        }
    }
}
