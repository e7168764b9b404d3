package dev.tandem.benchmarks.driver;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** One connection. Positions count the bytes of its stream; cursors are places in the script. */
final class Link {

    final int index;
    SocketChannel channel;
    SelectionKey key;
    int sendCursor;
    int receiveCursor;
    /** How far sending may go. */
    long due;

    long sent;
    long received;
    /** On a schedule, the bytes that had come before it began. */
    long countedBytes;
    /** When the burst that is on its way was sent. */
    long startedNanos;

    private long scannedReceived;
    private long progressNanos;

    Link(int index) {
        this.index = index;
    }

    void begin(int cursor) {
        sendCursor = cursor;
        receiveCursor = cursor;
        due = 0;
        sent = 0;
        received = 0;
    }

    /** What was before is over: nothing is late yet. */
    void forgetProgress() {
        progressNanos = 0;
    }

    /** Lets as many whole messages be sent as may be on their way at a time. */
    void fill(int messageBytes, long windowBytes) {
        while (due - received + messageBytes <= windowBytes) {
            due += messageBytes;
        }
    }

    boolean replied() {
        return received == due;
    }

    /** How long replies have been due without one byte coming, as far as calls of this method could see. */
    long stalledNanos(long nowNanos) {
        if (received != scannedReceived || replied() || progressNanos == 0) {
            scannedReceived = received;
            progressNanos = nowNanos;
        }
        return nowNanos - progressNanos;
    }

    @Override
    public String toString() {
        return "connection " + index + ", " + sent + " bytes sent and " + received + " received";
    }
}
