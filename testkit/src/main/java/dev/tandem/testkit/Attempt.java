package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.ConnectAttempt;
import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.Connector;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.channel.IoEventLoop;
import java.net.SocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** An attempt to connect under test, and what became of it. */
final class Attempt implements Connector {

    private final IoEventLoop loop;
    private final Consumer<Witness> behaviour;
    private final Queue<String> breaches = new ConcurrentLinkedQueue<>();
    private final ConnectAttempt attempt;
    private volatile Witness connected;
    private volatile TransportException failure;

    Attempt(Host host, IoEventLoop loop, SocketAddress address, ConnectOptions options, Consumer<Witness> behaviour) {
        this.loop = loop;
        this.behaviour = behaviour;
        this.attempt = host.transport().connect(loop, address, options, this);
    }

    // ---- What the test does and sees ----

    /** Cancels. On the loop itself, nothing may be told meanwhile. */
    void cancel() {
        boolean onLoop = loop.inEventLoop();
        boolean before = isOver();
        attempt.cancel();
        if (onLoop && isOver() != before) {
            breaches.add("the outcome before cancel() had returned");
        }
    }

    boolean isOver() {
        return connected != null || failure != null;
    }

    /** Waits for the connection. */
    Witness awaitConnected() {
        Await.until("the attempt ends", this::isOver);
        if (failure != null) {
            throw new AssertionError("The attempt failed.", failure);
        }
        return connected;
    }

    /** Waits until it has failed, and returns why. */
    TransportException awaitFailed() {
        Await.until("the attempt ends", this::isOver);
        assertThat(connected).as("connected although it should fail").isNull();
        return failure;
    }

    /** The connection; null if there is none. */
    Witness connected() {
        return connected;
    }

    /** Fails if a rule of the boundary was broken. To be called when the loops have ended. */
    void verify() {
        assertThat(breaches).as("rules of connecting broken").isEmpty();
        assertThat(isOver()).as("the outcome was told").isTrue();
        if (connected != null) {
            assertThat(connected.breaches()).as("rules broken").isEmpty();
            assertThat(connected.isClosed() || connected.isRefused())
                    .as("the socket has closed")
                    .isTrue();
        }
    }

    // ---- What the transport tells ----

    @Override
    public SocketEvents onConnected(StreamSocket socket) {
        check("onConnected");
        if (socket.loop() != loop) {
            breaches.add("connected on another loop");
        }
        Witness witness = new Witness(socket);
        try {
            behaviour.accept(witness);
        } finally {
            connected = witness;
        }
        return witness.isRefused() ? null : witness;
    }

    @Override
    public void onConnectFailed(TransportException why) {
        check("onConnectFailed");
        failure = why;
    }

    private void check(String event) {
        if (!loop.inEventLoop()) {
            breaches.add(event + " on " + Thread.currentThread());
        }
        if (isOver()) {
            breaches.add(event + " after the outcome was told");
        }
    }

    /** Notes a breach if the outcome was told within the call that asked for it, which was made on the loop. */
    Attempt madeOnLoop() {
        if (isOver()) {
            breaches.add("the outcome before connect() had returned");
        }
        return this;
    }
}
