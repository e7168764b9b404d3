package dev.tandem.examples.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/** Sends back every message of a WebSocket; pings and closes were answered before they come here. */
@Sharable
final class WebSocketEcho extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof WebSocketFrame frame) {
            context.write(frame);
        } else {
            context.fireChannelRead(message);
        }
    }
}
