package dev.tandem.message;

import java.lang.reflect.InvocationTargetException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for handlers that block. Several services may share them.
 *
 * <p>Messages that were taken and not yet handled are bounded. At the bound no more are taken: connections that have one are
 * not read, so that their peers are stopped by TCP's flow control, and go on in the order in which they came as soon as a
 * message has been handled. Nothing is refused, and no memory grows. One connection takes at most 16 of them, and no more than
 * its share where that is less.
 *
 * <p>The threads are daemons, start when they are needed, and end after a second without work; there is nothing to close.
 */
public final class Workers {

    private static final int MESSAGES_PER_THREAD = 16;
    private static final int MESSAGES_PER_SESSION_MAX = 16;
    private static final int THREADS_MAX = 100_000;
    private static final int IDLE_SECONDS = 1;

    private final String description;
    private final int messagesMax;
    private final int messagesPerSessionMax;
    private final ThreadPoolExecutor executor;

    /** Who waits to be allowed a message, longest first. Guarded by this. */
    private final Set<Waiting> waiting = new LinkedHashSet<>();

    /** How many more messages may be taken. Guarded by this. */
    private int free;

    /** Someone who may take a message now. */
    interface Waiting {

        /** Called on any thread. Returns false if it can take none any more. */
        boolean onAdmitted();
    }

    private Workers(String kind, int threads, int messagesMax, ThreadFactory factory) {
        requireBetween("threads", threads, 1, THREADS_MAX);
        requireBetween("messagesMax", messagesMax, threads, Integer.MAX_VALUE);
        this.description = threads + " " + kind + ", at most " + messagesMax + " messages taken";
        this.messagesMax = messagesMax;
        this.messagesPerSessionMax = Math.min(messagesMax / threads, MESSAGES_PER_SESSION_MAX);
        this.free = messagesMax;
        this.executor = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        executor.allowCoreThreadTimeOut(true);
    }

    private static void requireBetween(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " must be from " + min + " to " + max + ", but was " + value + ".");
        }
    }

    /** So many threads, and at most 16 messages for each that were taken and not yet handled. */
    public static Workers threads(int threads) {
        return threads(threads, MESSAGES_PER_THREAD * threads);
    }

    /**
     * So many threads.
     *
     * @param messagesMax the most messages taken and not yet handled, those being handled included; at least one per thread
     */
    public static Workers threads(int threads, int messagesMax) {
        AtomicInteger count = new AtomicInteger();
        return new Workers("threads", threads, messagesMax, task -> {
            Thread thread = new Thread(task, "tandem-worker-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * So many virtual threads at a time. For handlers that wait more than they compute, by the thousand.
     *
     * @param messagesMax as in {@link #threads(int, int)}
     * @throws UnsupportedOperationException on a JDK before 21
     */
    public static Workers virtualThreads(int threads, int messagesMax) {
        return new Workers("virtual threads", threads, messagesMax, virtualThreadFactory());
    }

    /** {@code Thread.ofVirtual().name("tandem-worker-", 1).factory()}, in words that a JDK 17 compiles. */
    private static ThreadFactory virtualThreadFactory() {
        try {
            Class<?> builderType = Class.forName("java.lang.Thread$Builder$OfVirtual");
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Object named =
                    builderType.getMethod("name", String.class, long.class).invoke(builder, "tandem-worker-", 1L);
            return (ThreadFactory) builderType.getMethod("factory").invoke(named);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new UnsupportedOperationException(
                    "Virtual threads need Java 21, and this is Java "
                            + Runtime.version().feature() + ". Use Workers.threads, or a newer JDK.",
                    e);
        }
    }

    /** The most messages taken and not yet handled. */
    public int messagesMax() {
        return messagesMax;
    }

    /** How many messages were taken and are not handled yet. */
    public synchronized int messages() {
        return messagesMax - free;
    }

    @Override
    public String toString() {
        return description;
    }

    // ---- For this package ----

    /** The share of a session: what keeps one thread busy, so that one peer that pipelines does not keep the others out. */
    int messagesPerSessionMax() {
        return messagesPerSessionMax;
    }

    /** Where the messages of a session run. It hands in one task at a time, so the queue is bounded by the messages. */
    Executor executor() {
        return executor;
    }

    /** Whether a message may be taken now. If not, {@code candidate} is told when it may, once. */
    synchronized boolean admits(Waiting candidate) {
        if (free > 0) {
            free--;
            return true;
        }
        waiting.add(candidate);
        return false;
    }

    /** A message was handled, or not taken after all: the next one may come. */
    void onHandled() {
        Waiting next;
        do {
            synchronized (this) {
                next = pollWaiting();
                if (next == null) {
                    free++;
                }
            }
        } while (next != null && !next.onAdmitted());
    }

    private Waiting pollWaiting() {
        Iterator<Waiting> longestFirst = waiting.iterator();
        if (!longestFirst.hasNext()) {
            return null;
        }
        Waiting next = longestFirst.next();
        longestFirst.remove();
        return next;
    }

    /** A candidate that was told to wait does not wait any more. It may have been admitted a moment ago nevertheless. */
    synchronized void forget(Waiting candidate) {
        waiting.remove(candidate);
    }

    /** How many wait to be allowed a message. */
    synchronized int waiting() {
        return waiting.size();
    }
}
