package dev.tandem.message;

import dev.tandem.codec.Codec;
import dev.tandem.codec.FrameException;
import dev.tandem.codec.FrameReader;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import io.netty.buffer.ByteBuf;

/**
 * One connection's messages: cuts frames where they lie, decodes them, hands them to {@link Answers}, and ends in order.
 *
 * <p>Taking messages stops when the connection is no longer read (too much to send, paused, closed), when the answers hold
 * it, and when it ends. What is unread then stays with the connection, which offers it again.
 */
final class Conversation<I, O> implements ConnectionHandler {

    /** As many replies as may be owed are owed. */
    static final int HELD_BY_ANSWERS = 1;
    /** The workers have as much to do as they may. */
    static final int HELD_BY_WORKERS = 1 << 1;
    /** No more messages are wanted. */
    private static final int HELD_BY_END = 1 << 2;

    private static final int REFUSED = -2;

    private final Codec<I, O> codec;
    private final Wire<O> wire;
    private final SessionEvents<O> events;
    private final Answers<I, O> answers;
    private final MessageLog log;
    private final FrameReader reader;

    private Session<O> session;
    private Connection connection;

    /** How many frames were found so far: the number of the latest one. */
    private long frames;

    /** Why no message is taken at present: any of the bits above. */
    private int holds;

    private boolean taking;
    private CloseReason ending;
    private Throwable badFrame;
    private boolean ended;

    Conversation(Codec<I, O> codec, Wire<O> wire, SessionEvents<O> events, Answers<I, O> answers, MessageLog log) {
        this.codec = codec;
        this.wire = wire;
        this.events = events;
        this.answers = answers;
        this.log = log;
        this.reader = codec.framing().newReader();
    }

    Session<O> session() {
        return session;
    }

    Connection connection() {
        return connection;
    }

    Codec<?, O> codec() {
        return codec;
    }

    // ---- From bytes to messages ----

    @Override
    public void onOpened(Connection opened) throws Exception {
        connection = opened;
        session = new Session<>(this, opened, wire);
        answers.open(this);
        events.onOpened(session);
    }

    @Override
    public void onBytes(Connection ignored, ByteBuf in) {
        while (in.isReadable() && isTaking() && answers.admits()) {
            int bytes = findFrame(in);
            if (bytes < 0) {
                break;
            }
            frames++;
            int bodyEnd = in.readerIndex() + bytes;
            int next = bodyEnd + reader.trailerBytes();
            int received = in.writerIndex();
            // Whoever reads the body sees its end as the end of the buffer, so that no slice is needed.
            in.writerIndex(bodyEnd);
            takeFrame(in, bytes);
            in.setIndex(next, received);
        }
        answers.tookNoMore();
    }

    /** Whether a message would be taken if there was one. */
    boolean isTaking() {
        return holds == 0 && connection.isReading();
    }

    private int findFrame(ByteBuf in) {
        try {
            return reader.read(in);
        } catch (Throwable why) {
            frames++;
            onBadFrame(REFUSED, why);
            return REFUSED;
        }
    }

    private void takeFrame(ByteBuf body, int bytes) {
        I message;
        try {
            message = codec.decode(body);
        } catch (Throwable why) {
            onBadFrame(bytes, why);
            return;
        }
        taking = true;
        try {
            answers.take(message, frames);
        } catch (Throwable why) {
            onHandlerFailed(frames, why);
        }
        taking = false;
        if (ending != null) {
            finishIfAnswered();
        }
    }

    private void onBadFrame(int bytes, Throwable why) {
        boolean tooLarge =
                why instanceof FrameException frame && frame.violation() == FrameException.Violation.TOO_LARGE;
        CloseReason reason = tooLarge ? CloseReason.FRAME_TOO_LARGE : CloseReason.BAD_FRAME;
        if (bytes == REFUSED) {
            log.frameRefused(session, frames, why, reason);
        } else {
            log.frameNotDecoded(session, frames, bytes, why, reason);
        }
        badFrame = why;
        end(reason);
    }

    // ---- From replies to bytes ----

    /** The message of this frame cannot be answered. What was written before is delivered. */
    void onHandlerFailed(long frame, Throwable why) {
        if (!connection.isOpen()) {
            return;
        }
        log.handlerFailed(session, frame, why);
        ending = CloseReason.HANDLER_FAILED;
        connection.close(CloseReason.HANDLER_FAILED);
    }

    @Override
    public void onWritable(Connection writable) throws Exception {
        answers.onWritable();
        if (writable.isWritable()) {
            events.onWritable(session);
        }
    }

    /** Takes no message until this bit, and all others, are released. */
    void hold(int bit) {
        holds |= bit;
        connection.pauseReading();
    }

    void release(int bit) {
        if ((holds & bit) != 0) {
            holds &= ~bit;
            if (holds == 0) {
                connection.resumeReading();
            }
        }
    }

    // ---- Ending ----

    /** Takes no more messages, and closes when those taken are answered. The first reason counts. */
    void end(CloseReason reason) {
        if (ending == null) {
            ending = reason;
            holds |= HELD_BY_END;
            if (!taking) {
                finishIfAnswered();
            }
        }
    }

    /** A message that was taken earlier has been answered. */
    void onAnswered() {
        if (ending != null && !taking) {
            finishIfAnswered();
        }
    }

    private void finishIfAnswered() {
        if (!connection.isOpen()) {
            return;
        }
        if (answers.owed() > 0) {
            connection.pauseReading();
            return;
        }
        if (badFrame != null) {
            Throwable why = badFrame;
            badFrame = null;
            try {
                events.onBadFrame(session, why);
            } catch (Throwable thrown) {
                onHandlerFailed(frames, thrown);
            }
        }
        connection.close(ending);
    }

    @Override
    public void onPeerFinished(Connection from) {
        end(CloseReason.CLOSED);
    }

    @Override
    public void onDrain(Connection draining) throws Exception {
        if (ending == null) {
            events.onDrain(session);
        }
        end(CloseReason.DRAINED);
    }

    @Override
    public void onClosed(Connection closed, CloseReason why) throws Exception {
        ended = true;
        session.leaveGroups();
        answers.onClosed();
        events.onClosed(session, why);
    }

    boolean hasEnded() {
        return ended;
    }
}
