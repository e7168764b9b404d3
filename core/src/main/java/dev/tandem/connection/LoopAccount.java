package dev.tandem.connection;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much the connections of one loop hold, and what the {@link ByteBudget} asks of them. For the loop's thread, except
 * where it says otherwise.
 */
final class LoopAccount {

    private final LoopConnections home;
    private final ByteBudget budget;

    /** What the connections hold. Written by the loop only. */
    private final AtomicLong held = new AtomicLong();

    /** By how much {@link #held} has changed since the budget was told. */
    private long unreported;

    /** Bytes on their way from other threads to connections of this loop. Written by any thread. */
    private final AtomicLong handedOver = new AtomicLong();

    LoopAccount(LoopConnections home, ByteBudget budget) {
        this.home = home;
        this.budget = budget;
        budget.add(this);
    }

    /** How many bytes are held. From any thread. */
    long bytes() {
        return held.get() + handedOver.get();
    }

    /** How many connections there are. From any thread. */
    long connections() {
        return home.present();
    }

    /** Runs a task on the loop, later. Returns false if the loop has ended. From any thread. */
    boolean execute(Runnable task) {
        return home.execute(task);
    }

    /** No connection will come any more. From any thread. */
    void end() {
        execute(() -> {
            budget.report(unreported);
            unreported = 0;
        });
        budget.remove(this);
    }

    // ---- Counting ----

    /** A connection holds so many more bytes; negative if fewer. May close connections, also that one. */
    void add(long bytes) {
        held.lazySet(held.getPlain() + bytes);
        unreported += bytes;
        if (Math.abs(unreported) >= budget.stepBytes()) {
            long change = unreported;
            unreported = 0;
            budget.report(change);
        }
        if (bytes > 0 && roomBytes() < 0) {
            closeUntilItFits();
        }
    }

    /** So many bytes are on their way to this loop, or if negative, have arrived. From any thread. */
    void addHandedOver(int bytes) {
        long after = handedOver.addAndGet(bytes);
        // Told in whole steps, so that all threads together report what is on its way, to less than a step.
        long steps = Math.floorDiv(after, budget.stepBytes()) - Math.floorDiv(after - bytes, budget.stepBytes());
        if (steps != 0) {
            budget.report(steps * budget.stepBytes());
        }
    }

    // ---- What the budget asks ----

    /** Whether a connection that holds so much is to be read. */
    boolean mayBeRead(long bytes) {
        return !budget.isStrained() || bytes <= budget.shareBytes();
    }

    /** The strain has begun or ended. */
    void followStrain() {
        home.followBudget();
    }

    /**
     * Whether {@code writing} may hold so many bytes more, if need be in place of connections of this loop that are larger
     * than it would be, which are closed.
     */
    boolean hasRoom(Exchange writing, int bytes) {
        if (fits(bytes)) {
            return true;
        }
        for (Exchange largest = largest(); largest != null && roomBytes() < bytes; largest = largest()) {
            if (largest.heldBytes() <= writing.heldBytes() + bytes) {
                return false;
            }
            close(largest);
        }
        return roomBytes() >= bytes;
    }

    /** Whether so many bytes more fit. From any thread. */
    boolean fits(int bytes) {
        // A small write is found out when it is accounted for: until then it is within what is not reported anyway.
        return bytes < budget.stepBytes() && !budget.isStrained() || budget.roomBytes() >= bytes;
    }

    private void closeUntilItFits() {
        for (Exchange largest = largest(); largest != null && roomBytes() < 0; largest = largest()) {
            close(largest);
        }
    }

    private long roomBytes() {
        return budget.roomBytes() - unreported;
    }

    /** Closes this connection because it holds the most. */
    void close(Exchange connection) {
        if (connection.mayBeAborted()) {
            budget.logClosed(connection, connection.heldBytes());
            connection.abort(CloseReason.BUDGET_EXCEEDED);
        }
    }

    /** The connection that holds the most; null if none holds anything that closing it would give back. */
    Exchange largest() {
        return home.largest();
    }
}
