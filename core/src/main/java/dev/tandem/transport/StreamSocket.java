package dev.tandem.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import java.net.SocketAddress;
import java.util.Optional;

/**
 * One end of a connected byte stream. All methods but {@link #loop} and those that tell who is
 * at either end are for the thread of its loop
 * only. No method calls back before it returns, and after {@link #close} or {@link #abort} all of them do nothing.
 */
public interface StreamSocket {

    /** The loop this socket lives on. */
    IoEventLoop loop();

    /** Our address; {@code null} if the kernel no longer knows it. May cost a system call. */
    SocketAddress localAddress();

    /** The peer's address; {@code null} if the kernel no longer knows it. May cost a system call. */
    SocketAddress remoteAddress();

    /**
     * The address of a load balancer that speaks for the peer: that of the socket itself, where {@link #remoteAddress} is whom
     * the load balancer named. Empty if the peer speaks for itself. May cost a system call.
     */
    default Optional<SocketAddress> proxyAddress() {
        return Optional.empty();
    }

    /** Who is at the other end; empty if this is no Unix domain socket, or closed. May cost a system call. */
    default Optional<PeerCredentials> peerCredentials() {
        return Optional.empty();
    }

    /** What TLS has agreed upon; empty if the socket is not secured. */
    default Optional<TlsSession> tls() {
        return Optional.empty();
    }

    /**
     * Receive and go on receiving: each piece that arrives is an {@link SocketEvents#onReceived}. A new socket is paused.
     * What arrived during a pause is delivered first, in order, before the end of the stream. Does nothing if receiving
     * already, or if the end was delivered.
     */
    void resumeReceiving();

    /**
     * Deliver nothing until {@link #resumeReceiving}. At most what the kernel had already handed over is kept meanwhile, so
     * a peer that goes on sending is stopped by TCP's flow control. During a pause a failure may be told late: at the
     * next resume or send.
     */
    void pauseReceiving();

    /**
     * How much memory this socket holds for itself, of what grows with what its peer sends: bytes that arrived during a pause,
     * say. What the caller has lent it, and what is the same whatever peers do, is left out.
     */
    default int heldBytes() {
        return 0;
    }

    /**
     * Sends the readable bytes. They belong to the transport until the {@link SocketEvents#onSent} events have reported
     * all of them, or until {@link SocketEvents#onClosed}; the reader index moves as bytes are sent. After that they are
     * the caller's again: this method neither retains nor releases.
     *
     * @param bytes direct and contiguous, with at least one readable byte
     * @throws IllegalStateException if a send is in flight or the output was shut down
     */
    void send(ByteBuf bytes);

    /**
     * Sends received bytes as they are: the readable bytes of the loan at hand, without a copy. Their loan is extended until
     * they are reported, as with {@link #send}; those of the buffer that are not readable go back when the callback returns.
     * Only for the callback that lends, and once in it; this may be the socket that lends or another one of its loop.
     *
     * @param loan the buffer that {@link SocketEvents#onReceived} was called with, of this socket or another one of its loop
     * @return whether the bytes are being sent; if not, nothing has happened and the caller sends a copy. A transport
     *     declines when lending longer would leave too little for receiving, and what a layer above it has lent
     * @throws IllegalStateException if a send is in flight or the output was shut down
     */
    boolean sendLoan(ByteBuf loan);

    /**
     * Tells the peer that nothing more will be sent (FIN). Receiving goes on.
     *
     * @throws IllegalStateException if a send is in flight
     */
    void shutdownOutput();

    /**
     * Closes. A send in flight may be cut short. {@link SocketEvents#onClosed} follows, and nothing else does. If the peer
     * has sent bytes that were not received, the kernel answers with a reset, which can take from the peer what was sent
     * last: to avoid that, shut the output down and receive until the end first.
     */
    void close();

    /**
     * Closes like {@link #close}, and the peer sees a reset instead of an orderly end. Unix domain sockets know no reset but
     * the one for bytes that were not received.
     */
    void abort();
}
