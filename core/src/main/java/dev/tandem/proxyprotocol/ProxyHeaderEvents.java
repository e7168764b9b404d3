package dev.tandem.proxyprotocol;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.LayerEvents;
import dev.tandem.layer.Relay;
import dev.tandem.layer.Upper;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Reads the header from the front of one socket, and then passes on what happens to it. */
final class ProxyHeaderEvents extends Relay implements LayerEvents {

    private final StreamSocket socket;
    private final Upper upper;

    /** The beginning of a header that is not complete, of {@link ProxyHeader#BYTES_MAX} at most; null if there is none. */
    private ByteBuf begun;

    private ProxiedSocket proxied;
    private boolean refused;

    ProxyHeaderEvents(StreamSocket socket, Upper upper) {
        this.socket = socket;
        this.upper = upper;
    }

    /** Aborts a socket that has no header, for this reason. */
    void refuse(String because) {
        if (!refused && target == null) {
            refused = true;
            upper.refuse(CloseReason.BAD_PROXY_HEADER, because);
            socket.abort();
        }
    }

    @Override
    public void onReceived(ByteBuf loan) {
        if (target != null) {
            super.onReceived(loan);
        } else if (!refused) {
            readHeader(loan);
        }
    }

    private void readHeader(ByteBuf loan) {
        int before = begun == null ? 0 : begun.readableBytes();
        ByteBuf seen = loan;
        if (begun != null) {
            // Of the new bytes only as many as a header may still have: the others stay where they are.
            begun.writeBytes(loan, loan.readerIndex(), Math.min(loan.readableBytes(), ProxyHeader.BYTES_MAX - before));
            seen = begun;
        }
        try {
            ProxyHeader header = ProxyHeader.at(seen);
            if (header != null) {
                open(header, loan.skipBytes(header.bytes() - before));
            } else if (begun == null) {
                begun = Unpooled.buffer(loan.readableBytes(), ProxyHeader.BYTES_MAX)
                        .writeBytes(loan);
            }
        } catch (ProxyHeaderException bad) {
            refuse(bad.getMessage());
        }
    }

    private void open(ProxyHeader header, ByteBuf rest) {
        begun = null;
        socket.pauseReceiving();
        proxied = new ProxiedSocket(socket, header);
        target = upper.open(proxied);
        if (target == null) {
            refused = true;
            socket.abort();
        } else {
            proxied.deliver(target, rest);
        }
    }

    @Override
    public void onReceiveEnd() {
        if (target != null) {
            super.onReceiveEnd();
        } else if (begun != null) {
            refuse("it ended within its PROXY header");
        } else if (!refused) {
            // A health check that only looks whether somebody listens.
            leave(CloseReason.PEER_CLOSED);
        }
    }

    @Override
    public void onReceiveCut() {
        if (target != null) {
            super.onReceiveCut();
        } else {
            // A header that is not complete is refused anyhow, whatever has cut it short.
            onReceiveEnd();
        }
    }

    /** Nothing was received, and nothing is wrong. */
    void leave(CloseReason why) {
        refused = true;
        upper.refuse(why, null);
        socket.close();
    }

    @Override
    public void onFailed(TransportException why) {
        super.onFailed(why);
        if (target == null && !refused) {
            refused = true;
            upper.refuse(CloseReason.PEER_RESET, null);
        }
    }

    @Override
    public void onClosed() {
        if (proxied != null) {
            proxied.release();
        }
        if (target != null) {
            super.onClosed();
        }
    }

    @Override
    public void onOverdue() {
        refuse("its PROXY header was not complete in time");
    }

    @Override
    public void onDrain() {
        if (begun == null && target == null && !refused) {
            leave(CloseReason.DRAINED);
        }
    }
}
