package dev.tandem.transport.iouring;

/**
 * The sizes of one loop's ring. The defaults suit thousands of connections per loop.
 *
 * @param submissions entries of the submission queue, a power of two from 1 to 32768. A full queue is submitted early,
 *     which costs a system call and nothing else
 * @param completions entries of the completion queue, a power of two and at least {@code submissions}. When more complete
 *     at once, the kernel keeps them and receiving has to be asked for again
 * @param receiveBuffers how many buffers the kernel may receive into, 2 to 32768. Sockets share them and hold one only
 *     from the arrival of bytes until the handler has seen them
 */
public record RingConfig(int submissions, int completions, int receiveBuffers) {

    /** 512 submissions, 8192 completions, 128 buffers. */
    public static final RingConfig DEFAULT = new RingConfig(512, 8192, 128);

    private static final int RECEIVE_BUFFERS_MAX = 32_768;
    private static final int SUBMISSIONS_MAX = 32_768;

    /** Checks the ranges. */
    public RingConfig {
        requirePowerOfTwo("submissions", submissions);
        requirePowerOfTwo("completions", completions);
        if (submissions > SUBMISSIONS_MAX || completions < submissions) {
            throw new IllegalArgumentException("submissions must be at most " + SUBMISSIONS_MAX
                    + " and at most completions, but were " + submissions + " and " + completions + ".");
        }
        if (receiveBuffers < 2 || receiveBuffers > RECEIVE_BUFFERS_MAX) {
            throw new IllegalArgumentException(
                    "receiveBuffers must be from 2 to " + RECEIVE_BUFFERS_MAX + ", but was " + receiveBuffers + ".");
        }
    }

    private static void requirePowerOfTwo(String name, int value) {
        if (Integer.bitCount(value) != 1 || value < 1) {
            throw new IllegalArgumentException(name + " must be a power of two, but was " + value + ".");
        }
    }
}
