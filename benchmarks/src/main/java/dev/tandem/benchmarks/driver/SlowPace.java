package dev.tandem.benchmarks.driver;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.util.List;

/** Bursts on most connections, beside some that send a window of bytes and read a little of the replies now and then. */
final class SlowPace implements Pace {

    private static final long PAUSE_NANOS = 10_000_000;
    private static final int SIP_BYTES = 4096;

    private final Load load;
    private final List<Link> links;
    private final Pace others;
    private long nextSipNanos;

    SlowPace(Load load, List<Link> links) {
        this.load = load;
        this.links = links;
        others = new Pace.Bursts(load);
    }

    private boolean isSlow(Link link) {
        return link.index < load.options().slowConnections();
    }

    @Override
    public void onBegun(Link link) throws IOException {
        if (!isSlow(link)) {
            others.onBegun(link);
            return;
        }
        link.key.interestOpsAnd(~SelectionKey.OP_READ);
        fill(link);
    }

    private void fill(Link link) throws IOException {
        link.fill(load.unitBytes(), load.options().windowBytes());
        load.push(link);
    }

    @Override
    public void onReceived(Link link, long receivedBefore) throws IOException {
        if (!isSlow(link)) {
            others.onReceived(link, receivedBefore);
        } else if (!load.draining()) {
            fill(link);
        }
    }

    @Override
    public void onTurn() throws IOException {
        if (load.nowNanos() < nextSipNanos) {
            return;
        }
        nextSipNanos = load.nowNanos() + PAUSE_NANOS;
        for (Link link : links.subList(0, load.options().slowConnections())) {
            load.receive(link, SIP_BYTES);
        }
    }

    @Override
    public long waitMillis() {
        return load.draining() ? Load.WAIT_MILLIS : 1;
    }

    /** From now on they read like the others, until everything they are owed has come. */
    @Override
    public void onDraining() {
        for (Link link : links.subList(0, load.options().slowConnections())) {
            link.key.interestOpsOr(SelectionKey.OP_READ);
        }
    }
}
