package dev.tandem.message;

/**
 * Answers messages one after the other: on the connection's loop, where it must not block, or on a worker thread, where it
 * may ({@link MessageService#blocking}).
 *
 * @param <I> the messages received
 * @param <O> the messages sent
 */
@FunctionalInterface
public interface MessageHandler<I, O> extends SessionEvents<O> {

    /**
     * A message has arrived. An exception closes this session with {@link
     * dev.tandem.connection.CloseReason#HANDLER_FAILED}, after the replies to earlier messages.
     *
     * @param message on the loop, a codec may hand out the very bytes of the frame; they are then a loan until the reply is
     *     encoded
     * @return the reply; {@code null} for none
     */
    O onMessage(Session<O> session, I message) throws Exception;
}
