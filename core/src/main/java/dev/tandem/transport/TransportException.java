package dev.tandem.transport;

import java.io.IOException;

/**
 * A system call, or an operation of the kernel, failed. The message names the operation and the error as errno(3) does,
 * and for failures that people run into the likely cause and the next step.
 */
public final class TransportException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String errno;

    /**
     * An operation failed.
     *
     * @param operation the operation, such as {@code recv} or {@code bind 127.0.0.1:80}
     * @param errno the symbolic name of the error, such as {@code ECONNRESET}
     * @param advice a sentence on the likely cause and the next step, or an empty string
     */
    public TransportException(String operation, String errno, String advice) {
        super(operation + " failed: " + errno + "." + (advice.isEmpty() ? "" : " " + advice));
        this.errno = errno;
    }

    /** The symbolic name of the error, as errno(3) lists them: {@code ECONNRESET}, {@code EADDRINUSE}, … */
    public String errno() {
        return errno;
    }

    /** What a peer does is no fault of the code that notices it, and it happens often: no stack trace is taken. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
