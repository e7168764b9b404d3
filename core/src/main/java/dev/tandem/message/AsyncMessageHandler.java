package dev.tandem.message;

import java.util.concurrent.CompletionStage;

/**
 * Answers messages later. Called on the thread of the connection's loop, and must not block.
 *
 * @param <I> the messages received
 * @param <O> the messages sent
 */
@FunctionalInterface
public interface AsyncMessageHandler<I, O> extends SessionEvents<O> {

    /**
     * A message has arrived. The stage may complete on any thread. If it fails, the session closes with {@link
     * dev.tandem.connection.CloseReason#HANDLER_FAILED}; a protocol that has replies for errors maps them in the stage:
     * {@code .exceptionally(why -> Reply.error(get.id(), why))}.
     *
     * @return the reply to come, {@code null} inside for none; {@code null} if there will be none
     */
    CompletionStage<? extends O> onMessage(Session<O> session, I message) throws Exception;
}
