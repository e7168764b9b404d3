package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.ListenOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * No call calls back before it returns. The witness checks that in every test; here each call is made when an engine would be
 * most tempted, because what it has to tell is there already.
 */
abstract class CallRules extends ContractGroup {

    CallRules(Subject subject) {
        super(subject);
    }

    @Test
    void resumingWithBytesAndEndWaitingCallsBackLater() throws Exception {
        Server server = serve(witness -> {
            witness.onReceived(loan -> witness.pause());
            witness.resume();
        });
        Peer peer = server.connect();
        Witness witness = server.awaitAccepted(1);
        peer.send(new byte[10]);
        witness.awaitReceived(10);
        peer.send(new byte[10]);
        server.host().settle();
        witness.onLoop(witness::resume);
        witness.awaitReceived(20);
        peer.finishSending();
        server.host().settle();
        witness.onLoop(witness::resume);
        witness.awaitReceiveEnd();
        witness.onLoop(witness::close);
    }

    @Test
    void sendingWhatTheKernelTakesAtOnceCallsBackLater() throws Exception {
        ByteBuf bytes = Unpooled.directBuffer().writeZero(100);
        Server server = serve(witness -> {
            witness.send(bytes);
            assertThat(witness.sent()).isZero();
        });
        Peer peer = server.connect();
        assertThat(peer.receive(100)).hasSize(100);
        Witness witness = server.awaitAccepted(1);
        Await.until("the send is reported", () -> witness.sent() == 100);
        witness.onLoop(() -> {
            bytes.readerIndex(0);
            witness.send(bytes);
            assertThat(witness.sent()).isEqualTo(100);
        });
        assertThat(peer.receive(100)).hasSize(100);
        Await.until("the second send is reported", () -> witness.sent() == 200);
        bytes.release();
    }

    @Test
    void callsOnAConnectionThatWasResetCallBackLater() throws Exception {
        needsResets();
        ByteBuf bytes = Unpooled.directBuffer().writeZero(100);
        Server server = serve(witness -> {});
        for (int i = 1; i <= 20; i++) {
            Peer peer = server.connect();
            Witness witness = server.awaitAccepted(i);
            peer.reset();
            boolean sends = i % 2 == 0;
            witness.onLoop(() -> {
                witness.resume();
                if (sends) {
                    // The kernel takes them if it does not know of the reset yet.
                    bytes.readerIndex(0);
                    witness.send(bytes);
                } else {
                    witness.shutdownOutput();
                }
            });
            witness.awaitClosed();
            assertThat(witness.failure()).isNotNull();
        }
        bytes.release();
    }

    @Test
    void closingASocketOfWhichNothingIsWithTheKernelCallsBackLater() throws Exception {
        Server server = serve(witness -> {});
        for (int i = 1; i <= 4; i++) {
            server.connect();
            Witness witness = server.awaitAccepted(i);
            Runnable ending = i % 2 == 0 ? witness::close : witness::abort;
            witness.onLoop(() -> {
                ending.run();
                assertThat(witness.isClosed()).isFalse();
            });
            witness.awaitClosed();
        }
    }

    @Test
    void closingASocketWhileItIsAcceptedCallsBackLater() throws Exception {
        Server server = serve(witness -> {
            witness.resume();
            witness.close();
            assertThat(witness.isClosed()).isFalse();
        });
        assertThat(server.connect().seesEnd()).isTrue();
        server.awaitAccepted(1).awaitClosed();
    }

    @Test
    void callsOnAListenerCallBackLater() throws Exception {
        Server server = serve(witness -> {});
        server.listener().pauseAccepting();
        server.host().settle();
        server.connect();
        CompletableFuture<Void> checked = new CompletableFuture<>();
        server.host().loop().execute(() -> {
            try {
                server.listener().resumeAccepting();
                assertThat(server.acceptedCount()).isZero();
                server.listener().close();
                assertThat(server.acceptedCount()).isZero();
                assertThat(server.isListenerClosed()).isFalse();
                checked.complete(null);
            } catch (Throwable early) {
                checked.completeExceptionally(early);
            }
        });
        checked.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        server.awaitListenerClosed();
        assertThat(server.acceptedCount()).isEqualTo(1);
    }

    @Test
    void listeningFromTheLoopItselfAcceptsLater() throws Exception {
        Host host = host(1, CONFIG);
        CompletableFuture<Server> listening = new CompletableFuture<>();
        host.loop().execute(() -> {
            try {
                listening.complete(host.listen(ListenOptions.DEFAULT, Echo::on));
            } catch (Exception e) {
                listening.completeExceptionally(e);
            }
        });
        Server server = listening.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Peer peer = server.connect();
        peer.send(new byte[] {5});
        assertThat(peer.receive(1)).containsExactly(5);
    }
}
