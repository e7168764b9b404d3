package dev.tandem.message;

/** Answers at once, on the loop. */
final class LoopAnswers<I, O> implements Answers<I, O> {

    private final MessageHandler<I, O> handler;
    private Session<O> session;

    LoopAnswers(MessageHandler<I, O> handler) {
        this.handler = handler;
    }

    @Override
    public void open(Conversation<I, O> conversation) {
        session = conversation.session();
    }

    @Override
    public void take(I message, long frame) throws Exception {
        O reply = handler.onMessage(session, message);
        if (reply != null) {
            session.send(reply);
        }
    }
}
