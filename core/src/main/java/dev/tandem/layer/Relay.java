package dev.tandem.layer;

import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;

/** Passes on what happens to a socket. */
public abstract class Relay implements SocketEvents {

    /** Who is told; null as long as nobody is. */
    protected SocketEvents target;

    /** To nobody yet. */
    protected Relay() {}

    /** To this one. */
    protected Relay(SocketEvents target) {
        this.target = target;
    }

    @Override
    public void onReceived(ByteBuf loan) {
        target.onReceived(loan);
    }

    @Override
    public void onReceiveEnd() {
        target.onReceiveEnd();
    }

    @Override
    public void onReceiveCut() {
        target.onReceiveCut();
    }

    @Override
    public void onSent(int bytes) {
        target.onSent(bytes);
    }

    @Override
    public void onFailed(TransportException why) {
        // It may fail before anybody is told; onClosed follows.
        if (target != null) {
            target.onFailed(why);
        }
    }

    @Override
    public void onClosed() {
        target.onClosed();
    }
}
