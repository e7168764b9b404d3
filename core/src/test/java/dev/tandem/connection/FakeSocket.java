package dev.tandem.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/** A socket whose kernel and peer are the test: it says what arrives, and how much of a send is taken. */
final class FakeSocket implements StreamSocket {

    private final ManualLoop loop;
    private final StringBuilder taken = new StringBuilder();
    private SocketEvents events;
    private ByteBuf sending;
    boolean receiving;
    boolean outputShutdown;
    boolean closing;
    boolean aborted;
    boolean failsToReceive;
    boolean failsToSend;
    boolean takesLoans;
    int loansTaken;
    int heldBytes;
    private boolean gone;

    FakeSocket(ManualLoop loop) {
        this.loop = loop;
    }

    void tell(SocketEvents claimant) {
        events = claimant;
    }

    // ---- What the test does ----

    void receives(String text) {
        assertThat(receiving).as("receiving").isTrue();
        events.onReceived(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII)));
    }

    void receivesEnd() {
        events.onReceiveEnd();
    }

    void fails(String errno) {
        events.onFailed(new TransportException("recv", errno, ""));
        closing = true;
    }

    /** The kernel takes up to {@code bytes} bytes of the send in flight. */
    void takes(int bytes) {
        int count = Math.min(bytes, sending.readableBytes());
        taken.append(sending.readCharSequence(count, StandardCharsets.US_ASCII));
        if (!sending.isReadable()) {
            sending = null;
        }
        events.onSent(count);
    }

    /** The kernel takes everything there is, also what is handed over meanwhile. */
    void takesAll() {
        while (sending != null) {
            takes(Integer.MAX_VALUE);
        }
    }

    /** The kernel is done with a socket that was closed or aborted, or has failed. */
    void isGone() {
        assertThat(closing).as("closing").isTrue();
        sending = null;
        if (!gone) {
            gone = true;
            events.onClosed();
        }
    }

    String taken() {
        return taken.toString();
    }

    boolean isSending() {
        return sending != null;
    }

    // ---- What the connection does ----

    @Override
    public IoEventLoop loop() {
        return loop;
    }

    @Override
    public SocketAddress localAddress() {
        return null;
    }

    @Override
    public SocketAddress remoteAddress() {
        return null;
    }

    @Override
    public void resumeReceiving() {
        if (failsToReceive) {
            throw new IllegalStateException("A fault of the transport.");
        }
        receiving = true;
    }

    @Override
    public void pauseReceiving() {
        receiving = false;
    }

    @Override
    public int heldBytes() {
        return heldBytes;
    }

    @Override
    public void send(ByteBuf bytes) {
        assertThat(sending).as("send in flight").isNull();
        if (failsToSend) {
            throw new IllegalStateException("A fault of the transport.");
        }
        if (!closing) {
            sending = bytes;
        }
    }

    /** Declines unless the test says otherwise, so that everything takes the way of {@link #send}. */
    @Override
    public boolean sendLoan(ByteBuf loan) {
        assertThat(sending).as("send in flight").isNull();
        if (!takesLoans || closing) {
            return false;
        }
        loansTaken++;
        sending = Unpooled.copiedBuffer(loan);
        return true;
    }

    @Override
    public void shutdownOutput() {
        assertThat(sending).as("send in flight").isNull();
        outputShutdown = true;
    }

    @Override
    public void close() {
        closing = true;
    }

    @Override
    public void abort() {
        closing = true;
        aborted = true;
    }
}
