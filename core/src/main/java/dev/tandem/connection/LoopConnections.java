package dev.tandem.connection;

import dev.tandem.transport.Transport;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one loop, and what they share: the end-of-turn work, the coarse clock of their deadlines, counters. For
 * the loop's thread, except where it says otherwise.
 *
 * <p>Time is counted in ticks that somebody outside gives, one every {@link #TICK}. A loop that stood still (a long pause of
 * the JVM, a stopped process) missed its ticks, so its peers are not timed out for its own absence. One tick from outside
 * also costs less than a timer of the loop: on io_uring a loop with a timer submits an extra operation with every wait.
 */
public final class LoopConnections {

    /**
     * How often {@link #tickFromOutside} is to be called. A deadline is met at most one tick late if it is a multiple of this,
     * and not early, but for the time by which a busy loop was late for the tick after which its time began: always less than
     * one.
     */
    public static final Duration TICK = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(LoopConnections.class);

    private final Transport transport;
    private final EventLoop loop;
    private final ByteBufAllocator allocator;
    private final ConnectionLimits limits;
    private final DeadlineTicks deadlines;
    private final ByteBudget budget;
    private final Lending lending;
    private final SpareBuffers spareBuffers;
    private final LoopAccount account;
    private final Consumer<Connection> onRemoved;

    private Exchange[] connections = new Exchange[16];
    private int count;
    private List<Exchange> turn = new ArrayList<>();
    private List<Exchange> spareTurn = new ArrayList<>();
    private int tick;
    private boolean draining;
    private Runnable onTicked = () -> {};

    private final AtomicBoolean tickQueued = new AtomicBoolean();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong receivedBytes = new AtomicLong();
    private final AtomicLong sentBytes = new AtomicLong();
    private final AtomicLongArray closed = new AtomicLongArray(CloseReason.values().length);

    /**
     * No connections yet, no bound on what they hold together, and no engine for others beside them.
     *
     * @param onRemoved told of every connection that has ended, after its handler
     */
    public LoopConnections(
            EventLoop loop, ByteBufAllocator allocator, ConnectionLimits limits, Consumer<Connection> onRemoved) {
        this(null, loop, allocator, limits, new ByteBudget(Long.MAX_VALUE, 1, () -> {}), new Lending(), onRemoved);
    }

    /**
     * No connections yet.
     *
     * @param transport the engine that the loop runs on
     * @param budget what these connections and those of other loops may hold together
     * @param onRemoved told of every connection that has ended, after its handler
     */
    public LoopConnections(
            Transport transport,
            EventLoop loop,
            ByteBufAllocator allocator,
            ConnectionLimits limits,
            ByteBudget budget,
            Consumer<Connection> onRemoved) {
        this(transport, loop, allocator, limits, budget, new Lending(), onRemoved);
    }

    private LoopConnections(
            Transport transport,
            EventLoop loop,
            ByteBufAllocator allocator,
            ConnectionLimits limits,
            ByteBudget budget,
            Lending lending,
            Consumer<Connection> onRemoved) {
        this.transport = transport;
        this.loop = loop;
        this.allocator = allocator;
        this.limits = limits;
        this.deadlines = DeadlineTicks.of(limits, TICK);
        this.budget = budget;
        this.lending = lending;
        this.spareBuffers = new SpareBuffers(allocator);
        this.account = new LoopAccount(this, budget);
        this.onRemoved = onRemoved;
    }

    /** No connections yet; those to come share loop, engine and budget with these, and have limits of their own. */
    public LoopConnections beside(ConnectionLimits others, Consumer<Connection> onOtherRemoved) {
        return new LoopConnections(transport, loop, allocator, others, budget, lending, onOtherRemoved);
    }

    /** None are here, and none will come: the budget that these shared forgets them. From any thread. */
    public void end() {
        account.end();
    }

    /** The engine that the loop runs on. */
    public Transport transport() {
        return transport;
    }

    /** The loop. */
    public EventLoop loop() {
        return loop;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    SpareBuffers spareBuffers() {
        return spareBuffers;
    }

    ConnectionLimits limits() {
        return limits;
    }

    DeadlineTicks deadlines() {
        return deadlines;
    }

    Lending lending() {
        return lending;
    }

    LoopAccount account() {
        return account;
    }

    int tick() {
        return tick;
    }

    // ---- Coming and going ----

    void add(Exchange connection) {
        if (count == connections.length) {
            connections = Arrays.copyOf(connections, 2 * count);
        }
        connection.slot = count;
        connections[count++] = connection;
        increment(opened, 1);
    }

    void remove(Exchange connection, CloseReason why) {
        Exchange last = connections[--count];
        connections[count] = null;
        if (last != connection) {
            connections[connection.slot] = last;
            last.slot = connection.slot;
        }
        connection.slot = -1;
        if (count == 0) {
            spareBuffers.release();
        }
        closed.lazySet(why.ordinal(), closed.getPlain(why.ordinal()) + 1);
        onRemoved.accept(connection.connection());
    }

    /** The connection that holds the most memory; null if none holds any that aborting it would give back. */
    Exchange largest() {
        Exchange largest = null;
        long most = 0;
        for (int i = 0; i < count; i++) {
            Exchange each = connections[i];
            if (each.mayBeAborted() && each.heldBytes() > most) {
                largest = each;
                most = each.heldBytes();
            }
        }
        return largest;
    }

    /** How many there are. From any thread. */
    long present() {
        long present = opened.get();
        for (int i = 0; i < closed.length(); i++) {
            present -= closed.get(i);
        }
        return present;
    }

    /** Those that there are at this moment, because what is done to one may make it or others leave. */
    private Exchange[] all() {
        return Arrays.copyOf(connections, count);
    }

    /** Calls {@code action} for every connection there is. It may write to them, close and abort them. */
    public void forEach(Consumer<Connection> action) {
        for (Exchange exchange : all()) {
            action.accept(exchange.connection());
        }
    }

    /** The budget is strained, or is not any more. */
    void followBudget() {
        for (Exchange connection : all()) {
            connection.followBudget();
        }
    }

    /**
     * Tells every connection that the server drains, and from now on each that is opened.
     *
     * @return how many there are
     */
    public int drainAll() {
        draining = true;
        Exchange[] all = all();
        for (Exchange connection : all) {
            try {
                connection.drain();
            } catch (Throwable thrown) {
                onFailed(connection, thrown);
            }
        }
        return all.length;
    }

    boolean isDraining() {
        return draining;
    }

    /**
     * Ends every connection at once: those that have delivered everything and only wait for their peer are closed, the
     * others are aborted for {@code reason}.
     *
     * @return how many were aborted
     */
    public int endAll(CloseReason reason) {
        int aborted = 0;
        for (Exchange connection : all()) {
            try {
                if (connection.endNow(reason)) {
                    aborted++;
                }
            } catch (Throwable thrown) {
                aborted++;
                onFailed(connection, thrown);
            }
        }
        return aborted;
    }

    // ---- End of turn ----

    /** Lets the connection settle when the tasks of this turn have run: once, however often this is called. */
    void runAtEndOfTurn(Exchange connection) {
        if (connection.turnQueued || connection.slot < 0) {
            return;
        }
        connection.turnQueued = true;
        turn.add(connection);
        if (turn.size() == 1) {
            execute(this::endTurn);
        }
    }

    private void endTurn() {
        List<Exchange> due = turn;
        turn = spareTurn;
        for (Exchange connection : due) {
            connection.turnQueued = false;
            if (connection.slot >= 0) {
                try {
                    connection.onTurn();
                } catch (Throwable thrown) {
                    onFailed(connection, thrown);
                }
            }
        }
        due.clear();
        spareTurn = due;
    }

    /** Runs a task later. Returns false, and it will not run, if the loop has ended. From any thread. */
    public boolean execute(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException loopHasEnded) {
            LOG.debug("The loop has ended; a task of its connections is dropped.");
            return false;
        }
    }

    // ---- Time ----

    /** Has {@code action} called on the loop at every tick. */
    public void onEveryTick(Runnable action) {
        onTicked = action;
    }

    /** A tick has passed. From any thread; a loop that has not seen the last one yet is not given another. */
    public void tickFromOutside() {
        if (tickQueued.compareAndSet(false, true)) {
            execute(this::onTick);
        }
    }

    private void onTick() {
        tickQueued.set(false);
        tick++;
        // Backwards, because a connection that is closed here may leave, and the last one then takes its slot.
        for (int i = count - 1; i >= 0; i--) {
            connections[i].onTick();
        }
        onTicked.run();
    }

    // ---- Counting ----

    void countReceived(int bytes) {
        increment(receivedBytes, bytes);
    }

    void countSent(int bytes) {
        increment(sentBytes, bytes);
    }

    /** Something failed on this connection that is not its peer's doing nor its handler's: it costs this one only. */
    void onFailed(Exchange connection, Throwable thrown) {
        LOG.error("{} failed and is aborted.", connection, thrown);
        connection.abort(CloseReason.ABORTED);
    }

    void onHandlerThrew(Exchange connection, Throwable thrown) {
        LOG.warn("The handler of {} threw; the connection is closed.", connection, thrown);
    }

    /** Only the loop's thread writes, so no atomic addition is needed; others read a value that was current. */
    private static void increment(AtomicLong counter, long by) {
        counter.lazySet(counter.getPlain() + by);
    }

    /** How many connections were opened on this loop. From any thread. */
    public long opened() {
        return opened.get();
    }

    /** How many connections have ended for this reason. From any thread. */
    public long closed(CloseReason why) {
        return closed.get(why.ordinal());
    }

    /** How many bytes were received. From any thread. */
    public long receivedBytes() {
        return receivedBytes.get();
    }

    /** How many bytes the kernel took. From any thread. */
    public long sentBytes() {
        return sentBytes.get();
    }

    /** How much memory the connections hold for bytes that are unread or unsent. From any thread. */
    public long bufferedBytes() {
        return account.bytes();
    }
}
