package dev.tandem.netty;

import io.netty.channel.ChannelInboundHandler;

/**
 * The user event that tells a pipeline that its server is going to end. If it reaches the end of the pipeline, the channel
 * is closed, and what was flushed before is delivered. A handler that still owes something keeps the event, that is, does
 * not pass it on, and closes when it has finished; a channel that is not closed at the server's deadline is aborted.
 *
 * @see ChannelInboundHandler#userEventTriggered
 */
public final class DrainEvent {

    /** The only one. */
    public static final DrainEvent INSTANCE = new DrainEvent();

    private DrainEvent() {}

    @Override
    public String toString() {
        return "DrainEvent";
    }
}
