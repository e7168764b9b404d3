package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.Acceptor;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.Listener;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A listener under test, what it has accepted, and the peers that connected to it. */
final class Server implements Acceptor {

    private final Host host;
    private final IoEventLoop loop;
    private final Consumer<Witness> behaviour;
    private final Listener listener;
    private final List<Witness> accepted = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger acceptedCount = new AtomicInteger();
    private final Queue<TransportException> acceptFailures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lostCount = new AtomicInteger();
    private final AtomicInteger listenerCloses = new AtomicInteger();
    private final Queue<String> breaches = new ConcurrentLinkedQueue<>();
    private final Queue<Peer> peers = new ConcurrentLinkedQueue<>();
    private volatile Supplier<IoEventLoop> chooser;

    Server(Host host, SocketAddress address, ListenOptions options, Consumer<Witness> behaviour) throws IOException {
        this.host = host;
        this.loop = host.loop();
        this.behaviour = behaviour;
        this.chooser = host::nextLoop;
        this.listener = host.transport().listen(loop, address, options, this);
    }

    // ---- What the test does and sees ----

    Host host() {
        return host;
    }

    Listener listener() {
        return listener;
    }

    SocketAddress address() {
        return listener.localAddress();
    }

    int port() {
        return ((InetSocketAddress) address()).getPort();
    }

    /** Puts the connections to come on the loops that {@code chooser} names. */
    void chooseLoopsWith(Supplier<IoEventLoop> value) {
        chooser = value;
    }

    Peer connect() throws IOException {
        return keep(Peer.connect(address()));
    }

    Peer connectWithSmallWindow() throws IOException {
        return keep(Peer.connectWithSmallWindow(address()));
    }

    /** Connects a peer that may be reset, which it may notice while it still connects: then there is none. */
    Optional<Peer> tryConnect() throws IOException {
        try {
            return Optional.of(connect());
        } catch (SocketException reset) {
            return Optional.empty();
        }
    }

    /** Whether a connection is made and then aborted, which its peer may notice while it still connects. */
    boolean abortsNewConnection() throws IOException {
        Optional<Peer> peer = tryConnect();
        return peer.isEmpty() || peer.get().seesAbort();
    }

    private Peer keep(Peer peer) {
        peers.add(peer);
        return peer;
    }

    /** Waits until this many connections in all have been accepted, and returns the last. */
    Witness awaitAccepted(int count) {
        Await.count("the connection is accepted", count, acceptedCount::get);
        return accepted.get(count - 1);
    }

    void awaitSomeAccepted(int atLeast) {
        Await.until(atLeast + " connections are accepted", () -> acceptedCount.get() >= atLeast);
    }

    /** Every connection accepted so far. */
    List<Witness> accepted() {
        synchronized (accepted) {
            return List.copyOf(accepted);
        }
    }

    int acceptedCount() {
        return acceptedCount.get();
    }

    /** How many connections were closed because their loop could not take them. */
    int lostCount() {
        return lostCount.get();
    }

    Queue<TransportException> acceptFailures() {
        return acceptFailures;
    }

    boolean isListenerClosed() {
        return listenerCloses.get() > 0;
    }

    void awaitListenerClosed() {
        Await.until("the listener is closed", this::isListenerClosed);
    }

    void awaitAllClosed() {
        for (Witness witness : accepted()) {
            witness.awaitClosed();
        }
    }

    void closeAllPeersBut(Peer one) {
        peers.stream().filter(peer -> peer != one).forEach(Peer::close);
    }

    void closePeers() {
        peers.forEach(Peer::close);
    }

    /** Fails if a rule of the boundary was broken. To be called when the loops have ended. */
    void verify() {
        for (Witness witness : accepted()) {
            assertThat(witness.breaches()).as("rules broken").isEmpty();
            assertThat(witness.isClosed() || witness.isRefused())
                    .as("every socket has closed")
                    .isTrue();
        }
        assertThat(breaches).as("rules of the listener broken").isEmpty();
        assertThat(listenerCloses).as("onListenerClosed").hasValue(1);
    }

    // ---- What the transport tells ----

    @Override
    public IoEventLoop chooseLoop() {
        check("chooseLoop");
        return chooser.get();
    }

    @Override
    public SocketEvents onAccepted(StreamSocket socket) {
        if (!socket.loop().inEventLoop()) {
            breaches.add("onAccepted on " + Thread.currentThread());
        }
        Witness witness = new Witness(socket);
        accepted.add(witness);
        try {
            behaviour.accept(witness);
        } finally {
            acceptedCount.incrementAndGet();
        }
        return witness.isRefused() ? null : witness;
    }

    @Override
    public void onLost(IoEventLoop chosen) {
        if (!loop.inEventLoop() && !chosen.inEventLoop()) {
            breaches.add("onLost on " + Thread.currentThread());
        }
        lostCount.incrementAndGet();
    }

    @Override
    public void onAcceptFailed(TransportException why, long retryMillis) {
        check("onAcceptFailed");
        acceptFailures.add(why);
    }

    @Override
    public void onListenerClosed() {
        check("onListenerClosed");
        listenerCloses.incrementAndGet();
    }

    private void check(String event) {
        if (!loop.inEventLoop()) {
            breaches.add(event + " on " + Thread.currentThread());
        }
        if (listenerCloses.get() > 0) {
            breaches.add(event + " after onListenerClosed");
        }
    }
}
