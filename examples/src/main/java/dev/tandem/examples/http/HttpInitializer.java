package dev.tandem.examples.http;

import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;

/** Puts a pipeline together; nothing in it knows what kind of channel it runs on. */
final class HttpInitializer extends ChannelInitializer<SocketChannel> {

    private static final int REQUEST_BYTES_MAX = 64 * 1024;
    private static final int FRAME_BYTES_MAX = 64 * 1024;

    private final WebSocketServerProtocolConfig webSocket = WebSocketServerProtocolConfig.newBuilder()
            .websocketPath("/echo")
            // What the client is told when the server is the one that closes, which it does only when it drains.
            .sendCloseFrame(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE)
            .decoderConfig(WebSocketDecoderConfig.newBuilder()
                    .maxFramePayloadLength(FRAME_BYTES_MAX)
                    .build())
            .build();

    private final Pages pages = new Pages();
    private final WebSocketEcho echo = new WebSocketEcho();

    @Override
    protected void initChannel(SocketChannel channel) {
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(),
                        new HttpServerKeepAliveHandler(),
                        new HttpObjectAggregator(REQUEST_BYTES_MAX),
                        new WebSocketServerProtocolHandler(webSocket),
                        echo,
                        pages);
    }
}
