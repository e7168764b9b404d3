package dev.tandem.message;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers on worker threads, one message after the other. The messages of a session stand in a queue of its own, and the
 * workers get the session, not the message: so two of them never run at once, and the session stands in line once.
 */
final class WorkerAnswers<I, O> implements Answers<I, O>, Workers.Waiting, Runnable {

    /** A session with many messages takes its turn among the others after so many of them. */
    private static final int MESSAGES_PER_TURN = 16;

    private final MessageHandler<I, O> handler;
    private final Workers workers;
    private final AsyncAnswers<I, O> replies;

    private final Queue<Work> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();

    private Conversation<I, O> conversation;

    /** A message may be taken: the workers have counted it already. */
    private boolean admitted;

    private boolean waiting;
    private volatile boolean closed;

    WorkerAnswers(MessageHandler<I, O> handler, Workers workers) {
        this.handler = handler;
        this.workers = workers;
        this.replies = new AsyncAnswers<>(this::hand, workers.messagesPerSessionMax(), ReplyOrder.REQUEST);
    }

    @Override
    public void open(Conversation<I, O> opened) {
        conversation = opened;
        replies.open(opened);
    }

    // ---- On the loop ----

    @Override
    public boolean admits() {
        if (!admitted && !waiting) {
            admitted = workers.admits(this);
            if (!admitted) {
                waiting = true;
                conversation.hold(Conversation.HELD_BY_WORKERS);
            }
        }
        return admitted;
    }

    @Override
    public void tookNoMore() {
        if (admitted) {
            admitted = false;
            workers.onHandled();
        }
    }

    @Override
    public boolean onAdmitted() {
        return conversation.session().execute(() -> {
            waiting = false;
            admitted = true;
            conversation.release(Conversation.HELD_BY_WORKERS);
            // Others need not wait until this one's peer reads, say. What waits here is offered at the end of this
            // turn; if it is not, because much was written in between or the session has ended, the place is given
            // back after it.
            if (closed || !conversation.isTaking() || !conversation.session().execute(this::tookNoMore)) {
                tookNoMore();
            }
        });
    }

    @Override
    public void take(I message, long frame) {
        replies.take(message, frame);
    }

    /** The workers' side of {@link #take}. */
    private CompletionStage<O> hand(Session<O> session, I message) {
        admitted = false;
        Work work = new Work(session, message);
        queue.add(work);
        if (queued.getAndIncrement() == 0) {
            begin();
        }
        return work;
    }

    /** Has a worker look into the queue, in which there is one message. */
    private void begin() {
        try {
            workers.executor().execute(this);
        } catch (Throwable noThread) {
            // No worker knows of the message, so that it is still ours.
            queue.remove();
            queued.decrementAndGet();
            workers.onHandled();
            throw noThread;
        }
    }

    @Override
    public int owed() {
        return replies.owed();
    }

    @Override
    public void onWritable() {
        replies.onWritable();
    }

    @Override
    public void onClosed() {
        closed = true;
        if (waiting) {
            workers.forget(this);
        }
        tookNoMore();
    }

    // ---- On a worker ----

    /** Handles some of the session's messages. */
    @Override
    public void run() {
        do {
            for (int i = 0; i < MESSAGES_PER_TURN; i++) {
                queue.remove().handle();
                if (queued.decrementAndGet() == 0) {
                    return;
                }
            }
        } while (!standsInLineAgain());
    }

    /** Returns false if the pool wanted another thread for this and there is none: then this one goes on. */
    private boolean standsInLineAgain() {
        try {
            workers.executor().execute(this);
            return true;
        } catch (Throwable noThread) {
            return false;
        }
    }

    private final class Work extends CompletableFuture<O> {

        private final Session<O> session;
        private final I message;

        Work(Session<O> session, I message) {
            this.session = session;
            this.message = message;
        }

        void handle() {
            O reply = null;
            Throwable failure = null;
            try {
                // What waited when its peer went away has nobody to answer to.
                reply = closed ? null : handler.onMessage(session, message);
            } catch (Throwable thrown) {
                failure = thrown;
            }
            workers.onHandled();
            if (failure == null) {
                complete(reply);
            } else {
                completeExceptionally(failure);
            }
        }
    }
}
