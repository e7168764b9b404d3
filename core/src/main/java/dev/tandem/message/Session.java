package dev.tandem.message;

import dev.tandem.codec.Codec;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection as a handler of messages sees it. Its methods may be called from any thread.
 *
 * @param <O> the messages sent
 */
public final class Session<O> {

    private final Conversation<?, O> conversation;
    private final Connection connection;
    private final Wire<O> wire;

    /** Where this session is a member; null if nowhere. For the loop's thread. */
    private List<Group<O>.Members> memberships;

    /** How many times other threads made this a member of which the loop does not know yet. */
    private final AtomicInteger joining = new AtomicInteger();

    Session(Conversation<?, O> conversation, Connection connection, Wire<O> wire) {
        this.conversation = conversation;
        this.connection = connection;
        this.wire = wire;
    }

    /**
     * Sends a message that nobody asked for, or one more. What one thread sends goes out in the order in which it was sent.
     * On a session that is closing it is dropped. The message is encoded on the calling thread, before this returns.
     *
     * @throws dev.tandem.codec.FrameException or what else the codec throws, if it cannot be encoded; nothing is sent
     */
    public void send(O message) {
        connection.write(message, wire);
    }

    /** Reads nothing more, and closes when everything taken so far is answered and delivered. */
    public void close() {
        close(CloseReason.CLOSED);
    }

    /** Closes like {@link #close()}, for this reason. */
    public void close(CloseReason reason) {
        if (connection.loop().inEventLoop()) {
            conversation.end(reason);
        } else {
            execute(() -> conversation.end(reason));
        }
    }

    /** The peer's address; {@code null} when the connection is closed. */
    public SocketAddress remoteAddress() {
        return connection.remoteAddress();
    }

    /**
     * The connection below, for what is not about messages. Its {@code pauseReading} and {@code resumeReading} are the
     * framework's where replies come later ({@code serveAsync}, {@code serveBlocking}), and its {@code close} does not
     * wait for them.
     */
    public Connection connection() {
        return connection;
    }

    @Override
    public String toString() {
        return "session of " + connection;
    }

    // ---- For this package ----

    Codec<?, O> codec() {
        return conversation.codec();
    }

    /** Runs a task on the loop, later. Returns whether it will run; it will not if the loop has ended. */
    boolean execute(Runnable task) {
        try {
            connection.loop().execute(task);
            return true;
        } catch (RejectedExecutionException loopHasEnded) {
            return false;
        }
    }

    boolean hasEnded() {
        return conversation.hasEnded();
    }

    /**
     * Whether other threads have written, here or to a group, what the loop has not taken over yet. For the loop's thread.
     */
    boolean isBehindOthers() {
        if (connection.handedOverBytes() > 0 || joining.get() > 0) {
            return true;
        }
        if (memberships != null) {
            for (Group<O>.Members members : memberships) {
                if (members.isBehindOthers()) {
                    return true;
                }
            }
        }
        return false;
    }

    void onJoining() {
        joining.incrementAndGet();
    }

    void onJoiningDone() {
        joining.decrementAndGet();
    }

    void onJoined(Group<O>.Members members) {
        if (memberships == null) {
            memberships = new ArrayList<>(1);
        }
        memberships.add(members);
    }

    void onLeft(Group<O>.Members members) {
        memberships.remove(members);
    }

    /** Leaves each of them where it is a member: a group may have forgotten a loop that ends. */
    void leaveGroups() {
        while (memberships != null && !memberships.isEmpty()) {
            memberships.get(memberships.size() - 1).remove(this);
        }
    }
}
