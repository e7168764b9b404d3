package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What a handler throws ends its own connection and nothing else. */
abstract class FaultRules extends ContractGroup {

    private static final int LARGE = 8 << 20;

    FaultRules(Subject subject) {
        super(subject);
    }

    @Test
    void anExceptionFromOnReceivedAborts() throws Exception {
        assertThrowingAborts((witness, fault) -> witness.onReceived(loan -> fault.run()));
    }

    @Test
    void anExceptionFromOnReceiveEndAborts() throws Exception {
        assertThrowingAborts((witness, fault) -> witness.onReceiveEnd(fault));
    }

    @Test
    void anExceptionFromOnSentAborts() throws Exception {
        assertThrowingAborts((witness, fault) -> {
            ByteBuf bytes = Unpooled.directBuffer().writeZero(LARGE);
            witness.onClosed(bytes::release);
            witness.onSent(sent -> fault.run());
            witness.send(bytes);
        });
    }

    @Test
    void anExceptionFromOnFailedStillCloses() throws Exception {
        needsResets();
        neighbourIsServedWhile((witness, fault) -> witness.onFailed(why -> fault.run()), Peer::reset);
    }

    @Test
    void anExceptionFromOnClosedIsHarmless() throws Exception {
        needsResets();
        neighbourIsServedWhile((witness, fault) -> witness.onClosed(fault), Peer::reset);
    }

    private void assertThrowingAborts(BiConsumer<Witness, Runnable> fault) throws Exception {
        neighbourIsServedWhile(fault, peer -> {
            peer.send(new byte[1000]);
            peer.finishSending();
            assertThat(peer.seesAbort()).isTrue();
        });
    }

    private interface Provocation {
        void provoke(Peer peer) throws IOException;
    }

    /** The neighbour lives on the same loop. It is served before, during and after the fault, and at once. */
    private void neighbourIsServedWhile(BiConsumer<Witness, Runnable> behaviour, Provocation provocation)
            throws Exception {
        List<Throwable> faults = List.of(
                new IllegalStateException("thrown by the test"),
                new AssertionErrorOfAHandler(),
                new StackOverflowError("thrown by the test"));
        AtomicInteger connections = new AtomicInteger();
        Server server = serve(witness -> {
            int number = connections.getAndIncrement();
            if (number == 0) {
                Echo.on(witness);
            } else {
                behaviour.accept(witness, () -> throwUnchecked(faults.get(number % faults.size())));
                witness.resume();
            }
        });
        Peer neighbour = server.connect();
        server.awaitAccepted(1);
        long sockets = Resources.sockets();
        for (int i = 1; i <= 2 * faults.size(); i++) {
            try {
                provocation.provoke(server.connect());
            } catch (SocketException reset) {
                // The fault was quicker.
            }
            neighbour.send(new byte[] {(byte) i});
            assertThat(neighbour.receive(1)).containsExactly(i);
            server.awaitAccepted(i + 1).awaitClosed();
        }
        server.closeAllPeersBut(neighbour);
        Await.until("all descriptors are closed", () -> Resources.sockets() == sockets);
    }

    /** Not an AssertionError: the witness takes those for failures of the test. */
    private static final class AssertionErrorOfAHandler extends Error {
        private static final long serialVersionUID = 1L;
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwUnchecked(Throwable fault) throws T {
        throw (T) fault;
    }
}
