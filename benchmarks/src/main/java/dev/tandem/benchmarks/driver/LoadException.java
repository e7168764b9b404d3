package dev.tandem.benchmarks.driver;

/** The server answered wrongly, not at all, or not in time. The message names the connection and the place. */
public final class LoadException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LoadException(String message) {
        super(message);
    }

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
