package dev.tandem.message;

/** How the messages of one session are answered. For the thread of its loop. */
interface Answers<I, O> {

    /** The session is open. Called first. */
    void open(Conversation<I, O> conversation);

    /**
     * Whether another message may be taken now, of which some bytes have arrived. If not, it has asked the conversation to
     * hold, and releases it later. If so, {@link #take} or {@link #tookNoMore} follows.
     */
    default boolean admits() {
        return true;
    }

    /** There was no message after all. */
    default void tookNoMore() {}

    /**
     * Takes a message.
     *
     * @param frame the number of its frame, for the log
     */
    void take(I message, long frame) throws Exception;

    /** How many messages that were taken are not answered yet, the one being taken aside. */
    default int owed() {
        return 0;
    }

    /** There is room for more replies. */
    default void onWritable() {}

    /** The session has ended. */
    default void onClosed() {}
}
