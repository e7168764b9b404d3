package dev.tandem.benchmarks.driver;

import java.io.IOException;
import java.util.List;

/**
 * Messages at fixed times, dealt to the connections in turn. A late reply does not delay the next message, and latency
 * counts from the time a message was meant to be sent, so a stall of the server or of the driver is seen by every message
 * it concerns.
 */
final class SchedulePace implements Pace {

    private static final double SECOND = 1e9;

    private final Load load;
    private final List<Link> links;
    private double nanosPerMessage;
    private long beginNanos;
    private long scheduled;

    SchedulePace(Load load, List<Link> links) {
        this.load = load;
        this.links = links;
    }

    /** The schedule begins with the last connection. */
    @Override
    public void onBegun(Link link) {
        link.countedBytes = link.received;
        if (link.index == links.size() - 1) {
            nanosPerMessage = SECOND / load.ratePerSecond();
            beginNanos = System.nanoTime();
            scheduled = 0;
        }
    }

    @Override
    public void onTurn() throws IOException {
        if (beginNanos == 0) {
            return;
        }
        long now = System.nanoTime();
        while (dueNanos(scheduled) <= now) {
            Link link = links.get((int) (scheduled % links.size()));
            link.due += load.unitBytes();
            scheduled++;
            load.push(link);
        }
    }

    private long dueNanos(long message) {
        return beginNanos + (long) (message * nanosPerMessage);
    }

    /** A reply's number on its connection tells when its message was meant to be sent. */
    @Override
    public void onReceived(Link link, long receivedBefore) {
        long last = (link.received - link.countedBytes) / load.unitBytes();
        for (long n = (receivedBefore - link.countedBytes) / load.unitBytes(); n < last; n++) {
            load.count(1);
            load.recordLatency(dueNanos(n * links.size() + link.index));
        }
    }

    /** The selector waits in milliseconds, which is too coarse for a schedule. */
    @Override
    public long waitMillis() {
        return load.draining() ? Load.WAIT_MILLIS : 0;
    }
}
