package dev.tandem.benchmarks.driver;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/**
 * A load on one server: opens the connections, sends what its {@link Pace} says is due, and compares every byte that comes
 * back. Used by one thread.
 */
public final class Load implements Closeable {

    static final long WAIT_MILLIS = 100;

    private static final int RECEIVE_BYTES = 256 << 10;
    private static final long SCAN_NANOS = 1_000_000_000L;
    private static final long LATENCY_NANOS_MAX = 60_000_000_000L;
    private static final int LATENCY_DIGITS = 3;
    /** Connections that may be on their way at once; the rest waits for its turn, not in the server's backlog. */
    private static final int OPENING_MAX = 512;

    private final LoadOptions options;
    private final Script script;
    private final Selector selector;
    private final ByteBuffer received = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    private final ByteBuffer expected;
    private final ByteBuffer outgoing;
    private final List<Link> links = new ArrayList<>();
    private final Pace pace;
    private final int sendBytesMax;
    private final Histogram latencies = new Histogram(LATENCY_NANOS_MAX, LATENCY_DIGITS);
    private double ratePerSecond;
    private boolean recording;
    private boolean draining;
    private long messages;
    private long bytes;
    private long nowNanos = System.nanoTime();
    private long scanNanos = nowNanos;
    private int nextSource;

    /** Prepares the load; nothing is connected yet. */
    public Load(LoadOptions options) throws IOException {
        this.options = options;
        ratePerSecond = options.ratePerSecond();
        int burst = (options.sizeBytes() + Integer.BYTES) * options.depth();
        script = new Script(options.sizeBytes(), options.frames(), Math.max(burst, RECEIVE_BYTES), options.seed());
        sendBytesMax = options.mode() == LoadOptions.Mode.STREAM ? options.sizeBytes() : Math.max(burst, RECEIVE_BYTES);
        expected = script.view();
        outgoing = script.view();
        selector = Selector.open();
        for (int i = 0; i < options.connections(); i++) {
            links.add(new Link(i));
        }
        pace = pace();
    }

    private Pace pace() {
        return switch (options.mode()) {
            case ECHO, FRAMES -> new Pace.Bursts(this);
            case STREAM -> new Pace.Window(this);
            case CHURN -> new Pace.Churn(this);
            case IDLE -> new Pace.Once(this);
            case RATE -> new SchedulePace(this, links);
            case SLOW -> new SlowPace(this, links);
        };
    }

    LoadOptions options() {
        return options;
    }

    int unitBytes() {
        return script.unitBytes();
    }

    double ratePerSecond() {
        return ratePerSecond;
    }

    /** For the next time that the load begins. */
    void changeRate(double messagesPerSecond) {
        ratePerSecond = messagesPerSecond;
    }

    long nowNanos() {
        return nowNanos;
    }

    boolean draining() {
        return draining;
    }

    /** Messages whose replies have come. */
    public long messages() {
        return messages;
    }

    long bytes() {
        return bytes;
    }

    Histogram latencies() {
        return latencies;
    }

    void count(long replied) {
        messages += replied;
    }

    void recordLatency(long sinceNanos) {
        if (recording) {
            latencies.recordValue(Math.min(Math.max(0, nowNanos - sinceNanos), LATENCY_NANOS_MAX));
        }
    }

    /** From now on latencies count; those of before are forgotten. */
    void startRecording() {
        latencies.reset();
        recording = true;
    }

    void stopRecording() {
        recording = false;
    }

    /** Opens every connection, except for churn, which opens them as it goes. */
    public void open() throws IOException {
        if (options.mode() == LoadOptions.Mode.CHURN) {
            return;
        }
        for (Link link : links) {
            open(link);
            while (link.index >= OPENING_MAX && !isOpened(links.get(link.index - OPENING_MAX))) {
                turn();
            }
        }
        runUntil(() -> links.stream().allMatch(Load::isOpened));
    }

    /** Sends on each connection what is due at first. After {@link #drain} it may be called again. */
    public void begin() throws IOException {
        draining = false;
        nowNanos = System.nanoTime();
        scanNanos = nowNanos;
        for (Link link : links) {
            link.forgetProgress();
            if (options.mode() == LoadOptions.Mode.CHURN) {
                link.startedNanos = nowNanos;
                open(link);
            } else if (options.mode() != LoadOptions.Mode.IDLE) {
                pace.onBegun(link);
            }
        }
    }

    /** In these modes each connection has something to say at once; in the others all begin together. */
    private boolean speaksOnConnect() {
        return options.mode() == LoadOptions.Mode.CHURN || options.mode() == LoadOptions.Mode.IDLE;
    }

    private static boolean isOpened(Link link) {
        return link.channel.isConnected();
    }

    /** Starts one connection. */
    void open(Link link) throws IOException {
        link.begin(script.start(link.index + options.seed() * 65537));
        link.channel = SocketChannel.open();
        link.channel.configureBlocking(false);
        link.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (options.sources() > 1) {
            link.channel.bind(new InetSocketAddress("127.0.0." + (2 + nextSource), 0));
            nextSource = (nextSource + 1) % options.sources();
        }
        link.key = link.channel.register(selector, SelectionKey.OP_CONNECT, link);
        if (link.channel.connect(options.server())) {
            onConnected(link);
        }
    }

    private void onConnected(Link link) throws IOException {
        link.key.interestOps(SelectionKey.OP_READ);
        if (speaksOnConnect()) {
            pace.onBegun(link);
        }
    }

    /** Turns until the condition holds. */
    public void runUntil(BooleanSupplier done) throws IOException {
        while (!done.getAsBoolean()) {
            turn();
        }
    }

    void runUntilNanos(long endNanos) throws IOException {
        while (nowNanos < endNanos) {
            turn();
        }
    }

    /** Sends nothing new and awaits every reply that is owed. */
    public void drain() throws IOException {
        draining = true;
        pace.onDraining();
        runUntil(() -> links.stream().allMatch(Link::replied));
    }

    private void turn() throws IOException {
        long wait = options.spin() ? 0 : pace.waitMillis();
        if (wait == 0) {
            selector.selectNow(this::onReady);
        } else {
            selector.select(this::onReady, wait);
        }
        nowNanos = System.nanoTime();
        if (!draining) {
            pace.onTurn();
        }
        if (nowNanos - scanNanos > SCAN_NANOS) {
            failIfStalled();
        }
    }

    private void onReady(SelectionKey key) {
        Link link = (Link) key.attachment();
        nowNanos = System.nanoTime();
        try {
            if (key.isReadable()) {
                receive(link, RECEIVE_BYTES);
            } else if (key.isConnectable()) {
                link.channel.finishConnect();
                onConnected(link);
            } else {
                push(link);
            }
        } catch (IOException e) {
            throw new LoadException("Lost " + link + ": " + e.getMessage(), e);
        }
    }

    /** Receives once, up to the given number of bytes, and compares what came. */
    void receive(Link link, int bytesMax) throws IOException {
        received.clear().limit(bytesMax);
        int count = link.channel.read(received);
        if (count < 0) {
            throw new LoadException("Lost " + link + ": closed by the server.");
        }
        if (count == 0) {
            return;
        }
        received.flip();
        verify(link, count);
        long before = link.received;
        link.receiveCursor = script.advance(link.receiveCursor, count);
        link.received += count;
        bytes += count;
        pace.onReceived(link, before);
    }

    private void verify(Link link, int count) {
        if (link.received + count > link.sent) {
            throw new LoadException("Surplus bytes: " + link + " before " + count + " more came.");
        }
        expected.limit(link.receiveCursor + count).position(link.receiveCursor);
        int at = received.mismatch(expected);
        if (at >= 0) {
            throw new LoadException(String.format(
                    "Wrong byte: connection %d, reply byte %d: expected 0x%02x, received 0x%02x.",
                    link.index, link.received + at, script.at(link.receiveCursor + at), received.get(at)));
        }
    }

    /** Sends what is due in as few calls as the socket takes; the rest follows when it is writable again. */
    void push(Link link) throws IOException {
        while (link.sent < link.due) {
            int length = (int) Math.min(link.due - link.sent, sendBytesMax);
            outgoing.limit(link.sendCursor + length).position(link.sendCursor);
            int sent = link.channel.write(outgoing);
            link.sent += sent;
            link.sendCursor = script.advance(link.sendCursor, sent);
            if (sent < length) {
                link.key.interestOpsOr(SelectionKey.OP_WRITE);
                return;
            }
        }
        if ((link.key.interestOps() & SelectionKey.OP_WRITE) != 0) {
            link.key.interestOpsAnd(~SelectionKey.OP_WRITE);
        }
    }

    private void failIfStalled() {
        scanNanos = nowNanos;
        for (Link link : links) {
            if (link.channel != null && link.stalledNanos(nowNanos) > options.timeoutSeconds() * SCAN_NANOS) {
                throw new LoadException("Time-out: no reply for " + options.timeoutSeconds() + " s on " + link + ".");
            }
        }
    }

    /** Closes every connection. */
    @Override
    public void close() throws IOException {
        for (Link link : links) {
            if (link.channel != null) {
                link.channel.close();
            }
        }
        selector.close();
    }
}
