package dev.tandem.message;

import dev.tandem.codec.Codec;
import dev.tandem.connection.ConnectionHandler;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A protocol and who answers it. Makes a {@link ConnectionHandler} for each connection; its handler of messages comes from a
 * supplier, which returns the same one each time, or a new one where a session has state of its own.
 *
 * @param <I> the messages received
 * @param <O> the messages sent
 */
public final class MessageService<I, O> {

    /** What stands around a body: a length, a delimiter, a line or two of headers. */
    private static final int FRAMING_BYTES_MAX = 64 * 1024;

    private final Codec<I, O> codec;
    private final String how;
    private final Supplier<ConnectionHandler> conversations;

    private <H extends SessionEvents<O>> MessageService(
            Codec<I, O> codec, String how, Supplier<? extends H> handlers, Function<H, Answers<I, O>> answers) {
        this.codec = Objects.requireNonNull(codec, "codec");
        this.how = how;
        Objects.requireNonNull(handlers, "handlers");
        Wire<O> wire = new Wire<>(codec);
        MessageLog log = new MessageLog();
        this.conversations = () -> {
            H handler = Objects.requireNonNull(handlers.get(), "The supplier of handlers returned null.");
            return new Conversation<>(codec, wire, handler, answers.apply(handler), log);
        };
    }

    /** Messages are answered on the connection's loop, at once. */
    public static <I, O> MessageService<I, O> onLoop(
            Codec<I, O> codec, Supplier<? extends MessageHandler<I, O>> handlers) {
        return new MessageService<I, O>(codec, "on the loop", handlers, LoopAnswers<I, O>::new);
    }

    /**
     * Messages are answered when a stage completes.
     *
     * @param maxInFlight the most replies owed to one session, at least 1; while so many are owed, its connection is not
     *     read
     */
    public static <I, O> MessageService<I, O> async(
            Codec<I, O> codec,
            int maxInFlight,
            ReplyOrder order,
            Supplier<? extends AsyncMessageHandler<I, O>> handlers) {
        if (maxInFlight < 1) {
            throw new IllegalArgumentException("maxInFlight must be at least 1, but was " + maxInFlight + ".");
        }
        Objects.requireNonNull(order, "order");
        return new MessageService<I, O>(
                codec,
                "asynchronously, at most " + maxInFlight + " in flight per connection, replies in order of " + order,
                handlers,
                (AsyncMessageHandler<I, O> handler) -> new AsyncAnswers<>(handler, maxInFlight, order));
    }

    /**
     * Messages are answered by worker threads: those of one session one after the other, replies in the order of the
     * requests. The other events come on the loop as always, and {@link SessionEvents#onClosed}
     * may come while a message is being handled. Messages that no worker had begun when their session ended are dropped.
     */
    public static <I, O> MessageService<I, O> blocking(
            Codec<I, O> codec, Workers workers, Supplier<? extends MessageHandler<I, O>> handlers) {
        Objects.requireNonNull(workers, "workers");
        return new MessageService<I, O>(
                codec,
                "by " + workers,
                handlers,
                (MessageHandler<I, O> handler) -> new WorkerAnswers<>(handler, workers));
    }

    /** A handler for one connection. */
    public ConnectionHandler newHandler() {
        return conversations.get();
    }

    /** How many bytes a connection must be allowed to leave unread, so that the largest frame can arrive. */
    public int inboundBytes() {
        return (int) Math.min((long) codec.framing().maxFrame() + FRAMING_BYTES_MAX, Integer.MAX_VALUE);
    }

    /** What is in force, for people to read. */
    @Override
    public String toString() {
        return "frames of at most " + codec.framing().maxFrame() + " B, answered " + how;
    }
}
