package dev.tandem.message;

import dev.tandem.connection.CloseReason;

/**
 * What happens to a session besides its messages. All methods are called on the thread of the connection's loop and must
 * not block; an exception from any but {@link #onClosed} closes this session with {@link CloseReason#HANDLER_FAILED} and no
 * other.
 *
 * @param <O> the messages sent
 */
public interface SessionEvents<O> {

    /** The session is open. Comes before everything else. */
    default void onOpened(Session<O> session) throws Exception {}

    /**
     * What was waiting to be sent has fallen below half of the mark above which {@link
     * dev.tandem.connection.Connection#isWritable} is false: who sends much goes on here.
     */
    default void onWritable(Session<O> session) throws Exception {}

    /**
     * The peer sent what is no frame or no message. Everything before it has been answered; the session closes after this
     * call with {@link CloseReason#FRAME_TOO_LARGE} or {@link CloseReason#BAD_FRAME}. A protocol that tells its peer sends
     * the error here.
     *
     * @param why what the framing or the codec threw
     */
    default void onBadFrame(Session<O> session, Throwable why) throws Exception {}

    /**
     * The server is going to end. Nothing more is read; what was asked is answered, then the session closes with {@link
     * CloseReason#DRAINED}. A protocol that says goodbye sends it here: it goes out before answers still owed.
     */
    default void onDrain(Session<O> session) throws Exception {}

    /** The session has ended. Comes exactly once, last, and only after {@link #onOpened}. */
    default void onClosed(Session<O> session, CloseReason why) throws Exception {}
}
