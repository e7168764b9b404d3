package dev.tandem.message;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/**
 * Answers when a stage completes. Owes at most a given number of replies; while it owes that many, no message is taken.
 *
 * <p>Replies that wait stand in one queue: in the order of the requests from the beginning, or else from when they are
 * ready. The first one is sent when it is ready and the connection is writable, so a peer that does not read leaves replies
 * here as the objects they are, and no more of them than may be owed.
 */
final class AsyncAnswers<I, O> implements Answers<I, O> {

    private final AsyncMessageHandler<I, O> handler;
    private final int owedMax;
    private final ReplyOrder order;

    private Conversation<I, O> conversation;
    private Session<O> session;
    private Reply first;
    private Reply last;

    /** Replies to use again; nothing is allocated for a message when as many were owed before. */
    private Reply spare;

    private int owed;

    AsyncAnswers(AsyncMessageHandler<I, O> handler, int owedMax, ReplyOrder order) {
        this.handler = handler;
        this.owedMax = owedMax;
        this.order = order;
    }

    @Override
    public void open(Conversation<I, O> opened) {
        conversation = opened;
        session = opened.session();
    }

    @Override
    public void take(I message, long frame) {
        Reply reply = takeSpare();
        reply.frame = frame;
        owed++;
        if (order == ReplyOrder.REQUEST) {
            append(reply);
        }
        try {
            CompletionStage<? extends O> stage = handler.onMessage(session, message);
            if (stage == null) {
                reply.accept(null, null);
            } else {
                stage.whenComplete(reply);
            }
        } catch (Throwable why) {
            reply.accept(null, why);
        }
        if (owed >= owedMax) {
            conversation.hold(Conversation.HELD_BY_ANSWERS);
        }
    }

    @Override
    public int owed() {
        return owed;
    }

    @Override
    public void onWritable() {
        sendReady();
    }

    private void onReady(Reply reply) {
        reply.ready = true;
        if (order == ReplyOrder.COMPLETION) {
            append(reply);
        }
        sendReady();
    }

    private void sendReady() {
        while (first != null && first.ready && conversation.connection().isWritable()) {
            Reply reply = removeFirst();
            owed--;
            send(reply);
            putSpare(reply);
        }
        if (owed < owedMax) {
            conversation.release(Conversation.HELD_BY_ANSWERS);
        }
        conversation.onAnswered();
    }

    private void send(Reply reply) {
        Throwable why = reply.failure;
        if (why == null && reply.message != null) {
            try {
                session.send(reply.message);
            } catch (Throwable thrown) {
                why = thrown;
            }
        }
        if (why != null) {
            conversation.onHandlerFailed(reply.frame, why);
        }
    }

    // ---- The queue and the spares ----

    private void append(Reply reply) {
        if (first == null) {
            first = reply;
        } else {
            last.next = reply;
        }
        last = reply;
    }

    private Reply removeFirst() {
        Reply reply = first;
        first = reply.next;
        reply.next = null;
        return reply;
    }

    private Reply takeSpare() {
        Reply reply = spare;
        if (reply == null) {
            return new Reply();
        }
        spare = reply.next;
        reply.next = null;
        return reply;
    }

    private void putSpare(Reply reply) {
        reply.message = null;
        reply.failure = null;
        reply.ready = false;
        reply.next = spare;
        spare = reply;
    }

    /** A reply that is owed. Completed on any thread; everything else is the loop's. */
    private final class Reply implements BiConsumer<O, Throwable>, Runnable {

        private Reply next;
        private long frame;
        private O message;
        private Throwable failure;
        private boolean ready;

        @Override
        public void accept(O completed, Throwable why) {
            message = completed;
            failure = why instanceof CompletionException && why.getCause() != null ? why.getCause() : why;
            if (conversation.connection().loop().inEventLoop() && !session.isBehindOthers()) {
                run();
            } else {
                // What the completing thread sent before must go out before: that is a task too. It was another thread
                // even on the loop if that came to ask for the reply when it was there already.
                session.execute(this);
            }
        }

        @Override
        public void run() {
            onReady(this);
        }
    }
}
