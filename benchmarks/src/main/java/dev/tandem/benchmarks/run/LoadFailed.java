package dev.tandem.benchmarks.run;

/** A server did not start, died, hung or answered wrongly, or the driver could not go on. The message says which. */
final class LoadFailed extends Exception {

    private static final long serialVersionUID = 1L;

    LoadFailed(String message) {
        super(message);
    }

    LoadFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
