package dev.tandem.message;

/** In which order asynchronous replies are sent. */
public enum ReplyOrder {
    /** In the order of the requests, so that a client can tell by counting which reply is which. */
    REQUEST,
    /** As they become ready. For protocols whose messages carry a number that says what belongs together. */
    COMPLETION
}
