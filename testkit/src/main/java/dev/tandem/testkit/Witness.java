package dev.tandem.testkit;

import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * A socket under test and everything that is told about it. Calls go through the witness, which therefore knows in every
 * event whether that event may come now: it notes each breach of a rule of the boundary, whatever the test is about.
 *
 * <p>Hooks are set on the socket's loop, as a rule while the connection is being accepted.
 */
final class Witness implements SocketEvents {

    private final StreamSocket socket;
    private final Queue<String> breaches = new ConcurrentLinkedQueue<>();

    private Consumer<ByteBuf> receivedHook = loan -> {};
    private Runnable receiveEndHook = () -> {};
    private IntConsumer sentHook = bytes -> {};
    private Consumer<TransportException> failedHook = why -> {};
    private Runnable closedHook = () -> {};
    private boolean refused;

    private boolean inCall;
    private boolean closing;
    private boolean paused = true;
    private long sendOutstanding;
    private ByteBuf owned;

    private volatile long received;
    private volatile int pieces;
    private volatile long sent;
    private volatile int receiveEnds;
    private volatile int closes;
    private volatile TransportException failure;

    Witness(StreamSocket socket) {
        this.socket = socket;
    }

    // ---- What the test does with the socket, on its loop ----

    StreamSocket socket() {
        return socket;
    }

    void onReceived(Consumer<ByteBuf> hook) {
        receivedHook = hook;
    }

    void onReceiveEnd(Runnable hook) {
        receiveEndHook = hook;
    }

    void onSent(IntConsumer hook) {
        sentHook = hook;
    }

    void onFailed(Consumer<TransportException> hook) {
        failedHook = hook;
    }

    void onClosed(Runnable hook) {
        closedHook = hook;
    }

    /** Lets the acceptor refuse the connection. */
    void refuse() {
        refused = true;
    }

    boolean isRefused() {
        return refused;
    }

    /** Receives, and verifies that the bytes are those of {@code pattern} from its beginning. */
    void verify(Pattern pattern) {
        onReceived(loan -> pattern.verify(received, loan));
        resume();
    }

    void resume() {
        paused = false;
        call(socket::resumeReceiving);
    }

    void pause() {
        paused = true;
        call(socket::pauseReceiving);
    }

    void send(ByteBuf bytes) {
        int size = bytes.readableBytes();
        call(() -> socket.send(bytes));
        sendOutstanding += size;
    }

    /** Sends {@code bytes}, and releases them when they have been sent or the socket is closed. */
    void sendAndRelease(ByteBuf bytes) {
        send(bytes);
        if (isClosed()) {
            bytes.release();
        } else {
            owned = bytes;
        }
    }

    /** Whether a send is in flight. */
    boolean isSending() {
        return sendOutstanding > 0;
    }

    /** Whether closing has been asked for. */
    boolean isClosing() {
        return closing;
    }

    /** Runs {@code action} on the loop as soon as what happens now is over. */
    void onSoonest(Runnable action) {
        socket.loop().execute(action);
    }

    boolean sendLoan(ByteBuf loan) {
        int size = loan.readableBytes();
        boolean[] sending = new boolean[1];
        call(() -> sending[0] = socket.sendLoan(loan));
        if (sending[0]) {
            sendOutstanding += size;
        }
        return sending[0];
    }

    void shutdownOutput() {
        call(socket::shutdownOutput);
    }

    void close() {
        closing = true;
        call(socket::close);
    }

    void abort() {
        closing = true;
        call(socket::abort);
    }

    private void call(Runnable method) {
        inCall = true;
        try {
            method.run();
        } finally {
            inCall = false;
        }
    }

    // ---- What the test sees, from any thread ----

    /** Runs {@code action} on the socket's loop and waits for it. What it throws is thrown here. */
    void onLoop(Runnable action) {
        try {
            socket.loop().submit(action).get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException thrown) {
            if (thrown.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(thrown.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("The loop did not run a task.", e);
        }
    }

    long received() {
        return received;
    }

    /** How many times {@code onReceived} came. */
    int pieces() {
        return pieces;
    }

    long sent() {
        return sent;
    }

    /** The same, asked of its loop between two events: where that stands still, sending has not come to a halt. */
    long sentOnLoop() {
        AtomicLong now = new AtomicLong();
        onLoop(() -> now.set(sent));
        return now.get();
    }

    boolean receiveEnded() {
        return receiveEnds > 0;
    }

    boolean isClosed() {
        return closes > 0;
    }

    /** What failed; null if nothing did. */
    TransportException failure() {
        return failure;
    }

    void awaitReceived(long bytes) {
        Await.until(bytes + " bytes have arrived", () -> received >= bytes || isClosed());
        if (received != bytes) {
            throw new AssertionError("Received " + received + " bytes instead of " + bytes + "; failure: " + failure);
        }
    }

    void awaitReceiveEnd() {
        Await.until("the peer's end is told", this::receiveEnded);
    }

    void awaitClosed() {
        Await.until("the socket is closed", this::isClosed);
    }

    /** The rules that were broken, in words. */
    Queue<String> breaches() {
        return breaches;
    }

    // ---- What the transport tells ----

    @Override
    public void onReceived(ByteBuf loan) {
        check("onReceived");
        rule(!closing, "onReceived after close or abort");
        rule(!paused, "onReceived during a pause");
        rule(receiveEnds == 0, "onReceived after onReceiveEnd");
        rule(failure == null, "onReceived after onFailed");
        rule(loan.isReadable(), "onReceived without bytes");
        pieces++;
        int bytes = loan.readableBytes();
        hook(() -> receivedHook.accept(loan));
        received += bytes;
    }

    @Override
    public void onReceiveEnd() {
        check("onReceiveEnd");
        rule(!closing, "onReceiveEnd after close or abort");
        rule(!paused, "onReceiveEnd during a pause");
        rule(receiveEnds == 0, "onReceiveEnd twice");
        rule(failure == null, "onReceiveEnd after onFailed");
        receiveEnds++;
        hook(() -> receiveEndHook.run());
    }

    @Override
    public void onSent(int bytes) {
        check("onSent");
        rule(!closing, "onSent after close or abort");
        rule(failure == null, "onSent after onFailed");
        rule(bytes > 0 && bytes <= sendOutstanding, "onSent reported " + bytes + " of " + sendOutstanding + " bytes");
        sendOutstanding -= bytes;
        sent += bytes;
        if (sendOutstanding == 0) {
            releaseOwned();
        }
        hook(() -> sentHook.accept(bytes));
    }

    @Override
    public void onFailed(TransportException why) {
        check("onFailed");
        rule(!closing, "onFailed after close or abort");
        rule(failure == null, "onFailed twice");
        failure = why;
        hook(() -> failedHook.accept(why));
    }

    @Override
    public void onClosed() {
        check("onClosed");
        try {
            hook(closedHook);
        } finally {
            releaseOwned();
            closes++;
        }
    }

    private void releaseOwned() {
        if (owned != null) {
            owned.release();
            owned = null;
        }
    }

    /** Runs what the test set. A failed assertion would otherwise be seen by the transport only. */
    private void hook(Runnable hook) {
        try {
            hook.run();
        } catch (AssertionError failed) {
            breaches.add(failed.toString());
            throw failed;
        } catch (Throwable thrown) {
            closing = true;
            throw thrown;
        }
    }

    private void check(String event) {
        rule(!inCall, event + " before the call had returned");
        rule(socket.loop().inEventLoop(), event + " on " + Thread.currentThread());
        rule(closes == 0, event + " after onClosed");
    }

    private void rule(boolean kept, String breach) {
        if (!kept) {
            breaches.add(breach);
        }
    }
}
