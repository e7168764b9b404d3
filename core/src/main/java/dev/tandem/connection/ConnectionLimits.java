package dev.tandem.connection;

import java.time.Duration;

/**
 * The bounds of one connection. Zero never means unlimited: use {@link #UNLIMITED} and {@link #NEVER}.
 *
 * @param outboundPauseBytes above so many bytes waiting to be sent, nothing more is read from the peer
 * @param outboundMaxBytes above so many bytes waiting to be sent, the connection is closed with {@link
 *     CloseReason#OUTBOUND_OVERFLOW}
 * @param inboundMaxBytes the most bytes a handler may leave unread when it could go on reading; one more closes the
 *     connection with {@link CloseReason#FRAME_TOO_LARGE}
 * @param idle closes after so long without a byte in either direction
 * @param firstByte closes if nothing was received so long after connecting
 * @param frame closes if bytes have been left unread for so long, however many more dribble in meanwhile
 * @param writeStall closes if bytes wait to be sent and the peer takes none of them for so long
 * @param linger how long a closed connection waits for the peer to finish too, so that a reset does not destroy what was
 *     sent last
 */
public record ConnectionLimits(
        int outboundPauseBytes,
        int outboundMaxBytes,
        int inboundMaxBytes,
        Duration idle,
        Duration firstByte,
        Duration frame,
        Duration writeStall,
        Duration linger) {

    /** No bound in bytes. */
    public static final int UNLIMITED = Integer.MAX_VALUE;
    /** No deadline. */
    public static final Duration NEVER = Duration.ofSeconds(Long.MAX_VALUE);

    /** 64 KiB, 8 MiB, 1 MiB; idle 300 s, first byte, frame and stalled write 30 s, linger 2 s. */
    public static final ConnectionLimits DEFAULT = new ConnectionLimits(
            64 << 10,
            8 << 20,
            1 << 20,
            Duration.ofSeconds(300),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2));

    /** Checks every range. */
    public ConnectionLimits {
        requireAtLeastOne("outboundPauseBytes", outboundPauseBytes);
        requireAtLeastOne("outboundMaxBytes", outboundMaxBytes);
        requireAtLeastOne("inboundMaxBytes", inboundMaxBytes);
        if (outboundMaxBytes < outboundPauseBytes) {
            throw new IllegalArgumentException("outboundMaxBytes must be at least outboundPauseBytes, but were "
                    + outboundMaxBytes + " and " + outboundPauseBytes + ".");
        }
        requirePositive("idle", idle);
        requirePositive("firstByte", firstByte);
        requirePositive("frame", frame);
        requirePositive("writeStall", writeStall);
        requirePositive("linger", linger);
    }

    private static void requireAtLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but was " + value
                    + ". Zero is not 'unlimited': use ConnectionLimits.UNLIMITED.");
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " must be longer than zero, but was " + value
                    + ". Zero is not 'never': use ConnectionLimits.NEVER.");
        }
    }

    /** These limits with other bounds on what waits to be sent. */
    public ConnectionLimits withOutbound(int pauseBytes, int maxBytes) {
        return new ConnectionLimits(pauseBytes, maxBytes, inboundMaxBytes, idle, firstByte, frame, writeStall, linger);
    }

    /** These limits with another bound on what may be left unread. */
    public ConnectionLimits withInboundMax(int bytes) {
        return new ConnectionLimits(
                outboundPauseBytes, outboundMaxBytes, bytes, idle, firstByte, frame, writeStall, linger);
    }

    /** These limits with another idle timeout. */
    public ConnectionLimits withIdle(Duration value) {
        return new ConnectionLimits(
                outboundPauseBytes, outboundMaxBytes, inboundMaxBytes, value, firstByte, frame, writeStall, linger);
    }

    /** These limits with another deadline for the first byte. */
    public ConnectionLimits withFirstByte(Duration value) {
        return new ConnectionLimits(
                outboundPauseBytes, outboundMaxBytes, inboundMaxBytes, idle, value, frame, writeStall, linger);
    }

    /** These limits with another deadline for an unfinished frame. */
    public ConnectionLimits withFrame(Duration value) {
        return new ConnectionLimits(
                outboundPauseBytes, outboundMaxBytes, inboundMaxBytes, idle, firstByte, value, writeStall, linger);
    }

    /** These limits with another deadline for a stalled write. */
    public ConnectionLimits withWriteStall(Duration value) {
        return new ConnectionLimits(
                outboundPauseBytes, outboundMaxBytes, inboundMaxBytes, idle, firstByte, frame, value, linger);
    }

    /** These limits with another time to wait for the peer after closing. */
    public ConnectionLimits withLinger(Duration value) {
        return new ConnectionLimits(
                outboundPauseBytes, outboundMaxBytes, inboundMaxBytes, idle, firstByte, frame, writeStall, value);
    }
}
