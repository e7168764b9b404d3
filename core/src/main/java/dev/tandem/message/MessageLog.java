package dev.tandem.message;

import dev.tandem.codec.FrameException;
import dev.tandem.connection.CloseReason;
import dev.tandem.log.LogLimit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of what goes wrong with messages: one line a second of each kind, whatever peers do. What may hold bytes of a peer is printed as ASCII, on one line, and cut short.
 */
final class MessageLog {

    private static final Logger LOG = LoggerFactory.getLogger(MessageLog.class);
    private static final int TEXT_MAX = 200;

    private final LogLimit badFrames = new LogLimit();
    private final LogLimit failures = new LogLimit();

    /** Bytes that begin no frame. */
    void frameRefused(Session<?> session, long frame, Throwable why, CloseReason reason) {
        badFrames.pass(others -> LOG.warn(
                "Frame {} from {} is refused: {} The connection is closed with {}.{}",
                frame,
                session.remoteAddress(),
                what(why),
                reason,
                others));
    }

    /** A frame that is no message. */
    void frameNotDecoded(Session<?> session, long frame, int bytes, Throwable why, CloseReason reason) {
        badFrames.pass(others -> LOG.warn(
                "Frame {} from {}, of {} bytes, is no message: {} The connection is closed with {}.{}",
                frame,
                session.remoteAddress(),
                bytes,
                what(why),
                reason,
                others));
    }

    /** A message without an answer. The application's doing, so with a stack trace. */
    void handlerFailed(Session<?> session, long frame, Throwable why) {
        failures.pass(others -> LOG.warn(
                "The handler failed on frame {} from {}; the connection is closed with HANDLER_FAILED.{}",
                frame,
                session.remoteAddress(),
                others,
                why));
    }

    /** A framing's own exception is a sentence; of others, what it is and where it was thrown. */
    static String what(Throwable why) {
        if (why instanceof FrameException) {
            return printable(why.getMessage());
        }
        StackTraceElement[] trace = why.getStackTrace();
        return printable(why.toString()) + (trace.length == 0 ? "." : " at " + trace[0] + ".");
    }

    static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        for (int i = 0; i < text.length() && i < TEXT_MAX; i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c <= '~') {
                printable.append(c);
            } else {
                printable.append(String.format("\\u%04x", (int) c));
            }
        }
        return printable.append(text.length() > TEXT_MAX ? "..." : "").toString();
    }
}
