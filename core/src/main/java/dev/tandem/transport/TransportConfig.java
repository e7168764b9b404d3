package dev.tandem.transport;

/**
 * What every engine lets its user set.
 *
 * @param receiveBytes the most bytes one receive may deliver, 256 to 1 MiB. Larger saves system calls and makes other
 *     connections wait longer
 * @param poisonLoans whether received bytes are overwritten as soon as their loan ends, so that code which keeps them is
 *     found out. For tests: it costs a write per received byte
 */
public record TransportConfig(int receiveBytes, boolean poisonLoans) {

    private static final int RECEIVE_BYTES_MIN = 256;
    private static final int RECEIVE_BYTES_MAX = 1 << 20;

    /** What is used when nothing is set: 64 KiB a receive, no poison. */
    public static final TransportConfig DEFAULT = new TransportConfig(64 * 1024, false);

    /** Checks the range of {@code receiveBytes}. */
    public TransportConfig {
        if (receiveBytes < RECEIVE_BYTES_MIN || receiveBytes > RECEIVE_BYTES_MAX) {
            throw new IllegalArgumentException("receiveBytes must be from " + RECEIVE_BYTES_MIN + " to "
                    + RECEIVE_BYTES_MAX + ", but was " + receiveBytes + ".");
        }
    }
}
