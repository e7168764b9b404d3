package dev.tandem.connection;

import dev.tandem.log.LogLimit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much memory the connections of a server may hold together for bytes that are unread or unsent, and what happens when
 * they hold nearly as much. For any thread.
 *
 * <pre>
 *    80 %  strained: who holds more than its share is not read, until it holds less, or until all hold less than 70 %
 *    90 %  nearly spent: nobody new is accepted, until below 80 %
 *    95 %  the connection that holds the most, of all loops, is closed, and then the next one
 *   100 %  whoever needs more closes the connection that holds the most on its own loop, or else itself, at once
 * </pre>
 *
 * <p>A share is what is left at 80 %, divided by the number of connections. So peers that take their answers are served all
 * the time, and those that are read cannot fill the rest together.
 *
 * <p>Loops report in steps: they do not meet here for every message, and what they have not reported yet is a small part.
 */
public final class ByteBudget {

    private static final Logger LOG = LoggerFactory.getLogger(ByteBudget.class);
    private static final int STEP_BYTES_MAX = 64 << 10;

    private final long maxBytes;
    private final int stepBytes;
    private final Runnable onNearlySpentChanged;
    private final List<LoopAccount> accounts = new CopyOnWriteArrayList<>();
    private final AtomicLong held = new AtomicLong();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final LogLimit strainLog = new LogLimit();
    private final LogLimit reliefLog = new LogLimit();
    private final LogLimit closeLog = new LogLimit();

    // Changed under the lock only.
    private volatile boolean strained;
    private volatile boolean nearlySpent;
    private volatile long shareBytes;

    /**
     * Nothing is held yet.
     *
     * @param maxBytes the most memory
     * @param loops how many loops share it
     * @param onNearlySpentChanged told when {@link #isNearlySpent} has changed, on the thread that made the difference
     */
    public ByteBudget(long maxBytes, int loops, Runnable onNearlySpentChanged) {
        this.maxBytes = maxBytes;
        // All loops together leave a thirtieth unreported at most.
        this.stepBytes = (int) Math.max(1, Math.min(STEP_BYTES_MAX, maxBytes / (64L * loops)));
        this.onNearlySpentChanged = onNearlySpentChanged;
    }

    /** Whether so little is left that nobody new should come in. */
    public boolean isNearlySpent() {
        return nearlySpent;
    }

    // ---- For the accounts of the loops ----

    void add(LoopAccount account) {
        accounts.add(account);
    }

    /** It holds nothing any more, and never will. */
    void remove(LoopAccount account) {
        accounts.remove(account);
    }

    /** By how much an account may change before it reports. */
    int stepBytes() {
        return stepBytes;
    }

    /** Whether connections that hold more than {@link #shareBytes} are not to be read. */
    boolean isStrained() {
        return strained;
    }

    long shareBytes() {
        return shareBytes;
    }

    /** How much more may be held; negative if it is too much already. */
    long roomBytes() {
        return maxBytes - held.get();
    }

    /** So many more bytes are held than were reported before; negative if they are fewer. */
    void report(long bytes) {
        long now = held.addAndGet(bytes);
        if (isLevelWrong(now)) {
            followLevel();
        }
        if (bytes > 0 && isTooMuch()) {
            closeLargest();
        }
    }

    void logClosed(Exchange connection, long bytes) {
        closeLog.pass(others -> LOG.warn(
                "The connections hold too much of {} bytes: {}, which holds {}, is closed.{}",
                maxBytes,
                connection,
                bytes,
                others));
    }

    // ---- Levels ----

    private long percent(int share) {
        return (long) (maxBytes * (share / 100.0));
    }

    private boolean shouldBeStrained(long now) {
        return now >= percent(strained ? 70 : 80);
    }

    private boolean shouldBeNearlySpent(long now) {
        return now >= percent(nearlySpent ? 80 : 90);
    }

    private boolean isLevelWrong(long now) {
        return shouldBeStrained(now) != strained || shouldBeNearlySpent(now) != nearlySpent;
    }

    private synchronized void followLevel() {
        // Once more if it has changed meanwhile: who made that change may still have seen the level of before.
        for (long now = held.get(); isLevelWrong(now); now = held.get()) {
            if (shouldBeStrained(now) != strained) {
                setStrained(!strained, now);
            }
            if (shouldBeNearlySpent(now) != nearlySpent) {
                nearlySpent = !nearlySpent;
                onNearlySpentChanged.run();
            }
        }
    }

    private void setStrained(boolean value, long now) {
        if (value) {
            long connections = Math.max(
                    1, accounts.stream().mapToLong(LoopAccount::connections).sum());
            shareBytes = (maxBytes - percent(80)) / connections;
        }
        strained = value;
        // Who holds something and does nothing has to be told. The loops look at what is the case when they come to it.
        accounts.forEach(account -> account.execute(account::followStrain));
        logStrain(now);
    }

    private void logStrain(long now) {
        if (strained) {
            strainLog.pass(others -> LOG.warn(
                    "The connections hold {} bytes of {}: those with more than {} are not read.{}",
                    now,
                    maxBytes,
                    shareBytes,
                    others));
        } else {
            reliefLog.pass(others ->
                    LOG.info("The connections hold {} bytes of {}: all of them are read.{}", now, maxBytes, others));
        }
    }

    // ---- Closing the largest ----

    private boolean isTooMuch() {
        return held.get() > percent(95);
    }

    /** Closes the largest connection of all, unless that is under way. */
    private void closeLargest() {
        if (closing.compareAndSet(false, true)) {
            // Those that there are at this moment: one that left before it was asked would be missing for ever.
            List<LoopAccount> asked = List.copyOf(accounts);
            Search search = new Search(asked.size());
            for (LoopAccount account : asked) {
                if (!account.execute(() -> search.propose(account, account.largest()))) {
                    search.propose(account, null);
                }
            }
        }
    }

    /** Asks every loop for its largest connection, and closes the largest of those on its own loop. */
    private final class Search {

        private int missing;
        private LoopAccount home;
        private Exchange largest;
        private long largestBytes;

        Search(int accounts) {
            this.missing = accounts;
        }

        synchronized void propose(LoopAccount account, Exchange candidate) {
            if (candidate != null && candidate.heldBytes() > largestBytes) {
                home = account;
                largest = candidate;
                largestBytes = candidate.heldBytes();
            }
            if (--missing == 0 && (largest == null || !home.execute(this::close))) {
                // The next one who holds more starts another search.
                closing.set(false);
            }
        }

        private void close() {
            if (isTooMuch()) {
                home.close(largest);
            }
            closing.set(false);
            if (isTooMuch()) {
                closeLargest();
            }
        }
    }
}
