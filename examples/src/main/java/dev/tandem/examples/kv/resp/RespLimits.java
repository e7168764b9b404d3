package dev.tandem.examples.kv.resp;

/**
 * What one command may ask a server to hold. Every limit is checked when the peer announces a size, before a byte is
 * waited for or allocated.
 *
 * @param argumentsMax arguments of one command, 1 to 2^20
 * @param bulkBytesMax bytes of one argument, 1 to 2^29, which is also the largest value a key may have
 * @param commandBytesMax bytes of one command on the wire, {@code bulkBytesMax} to 2^30. A command is held whole until
 *     its last byte is there, so this bounds what a connection can make the server keep.
 * @param lineBytesMax bytes of an inline command or of a line that carries a length, 64 to 2^20
 */
public record RespLimits(int argumentsMax, int bulkBytesMax, int commandBytesMax, int lineBytesMax) {

    /** 2^20 arguments, 64 MiB for one of them, 128 MiB for all, 64 KiB for a line. */
    public static final RespLimits DEFAULT = new RespLimits(1 << 20, 64 << 20, 128 << 20, 64 << 10);

    /** Checks each limit against its range. */
    public RespLimits {
        requireRange("argumentsMax", argumentsMax, 1, 1 << 20);
        requireRange("bulkBytesMax", bulkBytesMax, 1, 1 << 29);
        requireRange("commandBytesMax", commandBytesMax, bulkBytesMax, 1 << 30);
        requireRange("lineBytesMax", lineBytesMax, 64, 1 << 20);
    }

    private static void requireRange(String field, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(field + " must be " + min + " to " + max + ", but was " + value + ".");
        }
    }
}
