package dev.tandem.proxyprotocol;

import dev.tandem.layer.LayeredSocket;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * A socket whose peer is a load balancer, with the addresses of the client whom that speaks for. What came in one piece with the
 * header is the first that is received through it.
 */
final class ProxiedSocket extends LayeredSocket {

    private final ProxyHeader header;
    private SocketEvents above;
    private boolean receiving;

    /** What came with the header while nobody wanted to receive; null if there is nothing. */
    private ByteBuf kept;

    private boolean deliveryQueued;

    ProxiedSocket(StreamSocket socket, ProxyHeader header) {
        super(socket);
        this.header = header;
    }

    /** Delivers what came with the header, now or when it is wanted. */
    void deliver(SocketEvents above, ByteBuf rest) {
        this.above = above;
        if (!rest.isReadable()) {
            return;
        }
        if (receiving) {
            above.onReceived(rest);
        } else {
            kept = PooledByteBufAllocator.DEFAULT
                    .directBuffer(rest.readableBytes())
                    .writeBytes(rest);
        }
    }

    @Override
    public void resumeReceiving() {
        receiving = true;
        if (kept == null) {
            socket.resumeReceiving();
        } else if (!deliveryQueued) {
            deliveryQueued = true;
            try {
                // As a task, because nothing is told before this call returns.
                loop().execute(this::deliverKept);
            } catch (RejectedExecutionException loopHasEnded) {
                // And with it the socket.
            }
        }
    }

    private void deliverKept() {
        deliveryQueued = false;
        if (kept == null || !receiving) {
            return;
        }
        ByteBuf bytes = kept;
        kept = null;
        try {
            above.onReceived(bytes);
        } catch (Throwable thrown) {
            socket.abort();
            throw thrown;
        } finally {
            bytes.release();
        }
        if (receiving) {
            socket.resumeReceiving();
        }
    }

    @Override
    public void pauseReceiving() {
        receiving = false;
        socket.pauseReceiving();
    }

    @Override
    public void close() {
        receiving = false;
        socket.close();
    }

    @Override
    public void abort() {
        receiving = false;
        socket.abort();
    }

    /** The socket has closed: nothing is kept any more. */
    void release() {
        receiving = false;
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }

    // ---- Who is at the other end ----

    @Override
    public SocketAddress localAddress() {
        return header.isOfSomebody() ? header.destination() : socket.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
        return header.isOfSomebody() ? header.source() : socket.remoteAddress();
    }

    @Override
    public Optional<SocketAddress> proxyAddress() {
        return header.isOfSomebody() ? Optional.ofNullable(socket.remoteAddress()) : Optional.empty();
    }

    // ---- What passes through ----

    @Override
    public int heldBytes() {
        return socket.heldBytes() + (kept == null ? 0 : kept.capacity());
    }

    @Override
    public void send(ByteBuf bytes) {
        socket.send(bytes);
    }

    @Override
    public boolean sendLoan(ByteBuf loan) {
        return socket.sendLoan(loan);
    }

    @Override
    public void shutdownOutput() {
        socket.shutdownOutput();
    }

    @Override
    public String toString() {
        return "proxied " + socket;
    }
}
