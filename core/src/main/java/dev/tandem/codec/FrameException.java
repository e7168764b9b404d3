package dev.tandem.codec;

/**
 * The peer sent bytes that are not a frame of this protocol, or the application wrote a body that cannot be one. It
 * ends the connection it happened on and no other.
 */
public final class FrameException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What kind of rule was broken. */
    public enum Violation {
        /** The frame is, or announces to be, larger than the limit. */
        TOO_LARGE,
        /** The bytes are no frame: a negative or overflowing length, a wrong type, text that is no text. */
        MALFORMED
    }

    private final Violation violation;

    private FrameException(Violation violation, String message) {
        // The message names the rule and the value; where in our code it was found helps nobody who reads a log.
        super(message, null, false, false);
        this.violation = violation;
    }

    /** A frame of {@code bytes} where at most {@code max} are allowed. */
    public static FrameException tooLarge(long bytes, long max) {
        return new FrameException(
                Violation.TOO_LARGE, "The frame has " + bytes + " bytes, but at most " + max + " are allowed.");
    }

    /** A frame whose end has not come, although its body must by now have more than {@code max} bytes. */
    public static FrameException endless(long max) {
        return new FrameException(
                Violation.TOO_LARGE, "The frame did not end within " + max + " bytes, the most that are allowed.");
    }

    /** Bytes that break the rule given in {@code message}, a whole sentence. */
    public static FrameException malformed(String message) {
        return new FrameException(Violation.MALFORMED, message);
    }

    /** What kind of rule was broken. */
    public Violation violation() {
        return violation;
    }
}
