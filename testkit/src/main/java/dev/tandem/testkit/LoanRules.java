package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Received bytes are lent for the length of the callback and not a moment longer, whatever the borrower does. */
abstract class LoanRules extends ContractGroup {

    private static final byte SENT = 0x11;
    private static final int BYTES = 1000;
    private static final int ROUNDS = 5;

    LoanRules(Subject subject) {
        super(subject);
    }

    @Test
    void whoKeepsALoanFindsPoison() throws Exception {
        List<ByteBuf> kept = new ArrayList<>();
        Server server = serve(witness -> {
            witness.onReceived(kept::add);
            witness.resume();
        });
        Peer peer = server.connect();
        peer.send(filled());
        Witness witness = server.awaitAccepted(1);
        witness.awaitReceived(BYTES);
        witness.onLoop(() -> kept.forEach(LoanRules::assertNothingCanBeRead));
    }

    @Test
    void whoKeepsALoanOfBytesThatArrivedDuringAPauseFindsPoisonToo() throws Exception {
        List<ByteBuf> kept = new ArrayList<>();
        Server server = serve(witness -> {
            witness.onReceived(loan -> {
                kept.add(loan);
                witness.pause();
            });
            witness.resume();
        });
        Peer peer = server.connect();
        Witness witness = server.awaitAccepted(1);
        peer.send(filled());
        witness.awaitReceived(BYTES);
        for (int i = 2; i <= 10; i++) {
            peer.send(filled());
            server.host().settle();
            witness.onLoop(witness::resume);
            witness.awaitReceived(i * BYTES);
        }
        witness.onLoop(() -> kept.forEach(LoanRules::assertNothingCanBeRead));
    }

    @Test
    void aLoanThatIsKeptBeyondTheEndOfItsLoopCannotBeRead() throws Exception {
        List<ByteBuf> kept = new ArrayList<>();
        Server server = serve(witness -> {
            witness.onReceived(kept::add);
            witness.resume();
        });
        Peer peer = server.connect();
        peer.send(filled());
        server.awaitAccepted(1).awaitReceived(BYTES);
        server.host().shutDown();
        // Its memory is gone, so reading it could end the JVM: the buffer itself has to refuse.
        Await.until("the loan is void", () -> kept.stream().allMatch(loan -> loan.refCnt() == 0));
    }

    @Test
    void releasingALoanAbortsThatConnectionOnly() throws Exception {
        misuseAbortsThatConnectionOnly(ByteBuf::release);
    }

    @Test
    void retainingALoanAbortsThatConnectionOnly() throws Exception {
        List<ByteBuf> retained = new ArrayList<>();
        misuseAbortsThatConnectionOnly(loan -> retained.add(loan.retainedSlice()));
        assertThat(retained).hasSize(2 * ROUNDS).allMatch(slice -> slice.refCnt() == 0);
    }

    private void misuseAbortsThatConnectionOnly(Consumer<ByteBuf> misuse) throws Exception {
        AtomicInteger connections = new AtomicInteger();
        Server server = serve(witness -> {
            if (connections.incrementAndGet() == 1) {
                Echo.on(witness);
            } else {
                misuseOn(witness, misuse, connections.get() % 2 == 0);
            }
        });
        Peer neighbour = server.connect();
        server.awaitAccepted(1);
        Pattern pattern = new Pattern(1);
        for (int i = 0; i < 2 * ROUNDS; i++) {
            Peer peer = server.connect();
            Witness witness = server.awaitAccepted(i + 2);
            peer.send(filled());
            witness.awaitReceived(BYTES);
            peer.send(filled());
            server.host().settle();
            witness.onLoop(witness::resume);
            witness.awaitClosed();
            assertThat(peer.isCutOff()).isTrue();
            neighbour.send(pattern.bytes(i * 100_000L, 100_000));
            pattern.verify(i * 100_000L, neighbour.receive(100_000), 100_000);
        }
    }

    /** Misuses the second loan, which is of bytes that arrive during a pause or not. */
    private static void misuseOn(Witness witness, Consumer<ByteBuf> misuse, boolean duringPause) {
        witness.onReceived(loan -> {
            if (witness.received() >= BYTES) {
                misuse.accept(loan);
            } else if (duringPause) {
                witness.pause();
            }
        });
        witness.resume();
    }

    /** Bytes of which {@link #assertNothingCanBeRead} knows the value. */
    static byte[] filled() {
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, SENT);
        return bytes;
    }

    static void assertNothingCanBeRead(ByteBuf loan) {
        try {
            for (int i = 0; i < Math.min(BYTES, loan.capacity()); i++) {
                assertThat(loan.getByte(i)).isNotEqualTo(SENT);
            }
        } catch (IllegalReferenceCountException refused) {
            // As good as poison.
        }
    }
}
