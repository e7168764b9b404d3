package dev.tandem.examples.kv.resp;

import io.netty.buffer.ByteBuf;

/** The common case of a line with a number: so short that it is read in one go. */
final class ShortLine {

    private static final int NOT_SHORT = -1;

    private ShortLine() {}

    /** The number on a short line, or -1 if there is none or another type. */
    static int numberAt(ByteBuf in, int line, int end, char type) {
        return end - line >= 8 ? shortNumber(in.getLongLE(line), type) : NOT_SHORT;
    }

    /** How long a short line with this number is. */
    static int length(int number) {
        if (number < 10) {
            return 4;
        }
        if (number < 100) {
            return 5;
        }
        return number < 1000 ? 6 : number < 10_000 ? 7 : 8;
    }

    /**
     * The number on a line of at most eight bytes, given as those bytes: {@code $}, one to five digits without a leading
     * zero, CR, any byte. Anything else is {@link #NOT_SHORT} and left to the thorough way, errors included.
     */
    private static int shortNumber(long line, char type) {
        int first = ((int) (line >>> 8) & 0xff) - '0';
        if ((line & 0xff) != type || first < 0 || first > 9) {
            return NOT_SHORT;
        }
        int number = first;
        long rest = line >>> 16;
        for (int digits = 1; digits <= 5; digits++) {
            int c = (int) rest & 0xff;
            if (c == '\r') {
                return number;
            }
            int digit = c - '0';
            if (digit < 0 || digit > 9 || number == 0) {
                return NOT_SHORT;
            }
            number = 10 * number + digit;
            rest >>>= 8;
        }
        return NOT_SHORT;
    }
}
