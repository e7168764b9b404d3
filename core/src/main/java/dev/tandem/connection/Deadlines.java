package dev.tandem.connection;

/**
 * When things last happened on a connection, in ticks of its home, and which deadline has passed since.
 */
final class Deadlines {

    private final LoopConnections home;
    private final int openedTick;
    private int receivedTick;
    private int sentTick;
    private int unreadTick;
    private int lingeringTick;
    private boolean receivedAnything;

    Deadlines(LoopConnections home) {
        this.home = home;
        this.openedTick = home.tick();
        this.receivedTick = openedTick;
        this.sentTick = openedTick;
    }

    void onReceived(boolean nothingWasUnread) {
        receivedTick = home.tick();
        receivedAnything = true;
        if (nothingWasUnread) {
            unreadTick = receivedTick;
        }
    }

    /** The handler read something, so the frame that is unfinished now is another one. */
    void onRead() {
        unreadTick = home.tick();
    }

    /** A send was started, or the peer took something. */
    void onSent() {
        sentTick = home.tick();
    }

    void onLingering() {
        lingeringTick = home.tick();
    }

    /** Whether bytes have waited too long for the peer to take any. */
    boolean isWriteStalled(boolean unsent) {
        return unsent && home.tick() - sentTick > home.deadlines().writeStall();
    }

    boolean hasLingered() {
        return home.tick() - lingeringTick > home.deadlines().linger();
    }

    /** Why an open connection has to be closed; null if it has not. */
    CloseReason overdue(boolean paused, boolean unread) {
        int now = home.tick();
        DeadlineTicks deadlines = home.deadlines();
        if (now - Math.max(receivedTick, sentTick) > deadlines.idle()) {
            return CloseReason.IDLE_TIMEOUT;
        }
        if (paused) {
            // The peer is kept waiting by us: that its frame is not finished is not its doing.
            unreadTick = now;
            return null;
        }
        if (!receivedAnything && now - openedTick > deadlines.firstByte()) {
            return CloseReason.FIRST_BYTE_TIMEOUT;
        }
        return unread && now - unreadTick > deadlines.frame() ? CloseReason.FRAME_TIMEOUT : null;
    }
}
