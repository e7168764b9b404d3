package dev.tandem.netty;

import dev.tandem.connection.CloseReason;
import io.netty.channel.DefaultChannelPipeline;
import java.net.SocketException;

/** Netty's pipeline. What reaches its end unhandled is dealt with as Tandem does: a drain closes, a reset is no news. */
final class TandemPipeline extends DefaultChannelPipeline {

    private final TandemChannel channel;

    TandemPipeline(TandemChannel channel) {
        super(channel);
        this.channel = channel;
    }

    /** Who ends a connection may do it a thousand times a second: that is counted, but not logged. */
    @Override
    protected void onUnhandledInboundException(Throwable cause) {
        if (!(cause instanceof SocketException) || channel.connection().isOpen()) {
            super.onUnhandledInboundException(cause);
        }
    }

    @Override
    protected void onUnhandledInboundUserEventTriggered(Object event) {
        super.onUnhandledInboundUserEventTriggered(event);
        if (event instanceof DrainEvent) {
            channel.closeBecause(CloseReason.DRAINED);
        }
    }
}
