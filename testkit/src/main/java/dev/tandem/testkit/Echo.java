package dev.tandem.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

/** Sends back what it receives, a piece at a time: the next piece is received when the last has been sent. */
final class Echo {

    private final Witness witness;
    private ByteBuf outbound;

    private Echo(Witness witness) {
        this.witness = witness;
    }

    /** Lets {@code witness} echo until its peer has finished sending, and then close. */
    static void on(Witness witness) {
        Echo echo = new Echo(witness);
        witness.onReceived(echo::onReceived);
        witness.onReceiveEnd(witness::close);
        witness.onSent(bytes -> echo.onSent());
        witness.onClosed(echo::release);
        witness.resume();
    }

    private void onReceived(ByteBuf loan) {
        outbound = PooledByteBufAllocator.DEFAULT.directBuffer(loan.readableBytes());
        outbound.writeBytes(loan);
        witness.pause();
        witness.send(outbound);
    }

    private void onSent() {
        if (!outbound.isReadable()) {
            release();
            witness.resume();
        }
    }

    private void release() {
        if (outbound != null) {
            outbound.release();
            outbound = null;
        }
    }
}
