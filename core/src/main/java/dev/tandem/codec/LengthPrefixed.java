package dev.tandem.codec;

/**
 * Frames that announce their length: a length field, then that many bytes of body.
 *
 * <pre>{@code
 * Framing framing = LengthPrefixed.int32().maxFrame(1 << 20);
 *
 *   00 00 00 05  h e l l o
 *   length       body
 * }</pre>
 *
 * <p>The field is big-endian and does not count itself unless asked for otherwise. Fields of one to three bytes are
 * unsigned. A field of four bytes is signed, and a negative length is malformed. What a field announces is compared with
 * the limit before anything else happens, so a frame that is too large is refused when its field has arrived.
 *
 * <p>This value becomes a framing with {@link #maxFrame}; there is none without a limit. It is immutable: each method
 * returns a new value.
 */
public final class LengthPrefixed {

    private final int fieldBytes;
    private final boolean littleEndian;
    private final boolean includingLength;
    private final HeaderBefore header;

    private LengthPrefixed(int fieldBytes, boolean littleEndian, boolean includingLength, HeaderBefore header) {
        this.fieldBytes = fieldBytes;
        this.littleEndian = littleEndian;
        this.includingLength = includingLength;
        this.header = header;
    }

    private static LengthPrefixed ofBytes(int fieldBytes) {
        return new LengthPrefixed(fieldBytes, false, false, HeaderBefore.NONE);
    }

    /** A field of one byte, for lengths up to 255. */
    public static LengthPrefixed int8() {
        return ofBytes(1);
    }

    /** A field of two bytes, for lengths up to 65,535. */
    public static LengthPrefixed int16() {
        return ofBytes(2);
    }

    /** A field of three bytes, for lengths up to 16,777,215. */
    public static LengthPrefixed int24() {
        return ofBytes(3);
    }

    /** A field of four bytes, for lengths up to 2,147,483,647. */
    public static LengthPrefixed int32() {
        return ofBytes(4);
    }

    /** A field of one to five bytes, see {@link Varint}. */
    public static Varint varint() {
        return new Varint(HeaderBefore.NONE);
    }

    /** The length's least significant byte comes first. */
    public LengthPrefixed littleEndian() {
        return new LengthPrefixed(fieldBytes, true, includingLength, header);
    }

    /** The length counts the length field too, but not a header before it. */
    public LengthPrefixed includingLength() {
        return new LengthPrefixed(fieldBytes, littleEndian, true, header);
    }

    /**
     * Every frame begins with {@code bytes} bytes of header, which the length does not count: a type or a transaction
     * number, as in PostgreSQL or Modbus.
     *
     * <p>The header belongs to the body and the length field does not. A codec reads the header and then the rest, and
     * writes them in the same order, as if the field were not there. To make that so without a copy of the body, the
     * header moves across the field inside the buffer. That is the one case in which a reader writes to the received
     * bytes.
     *
     * @param bytes 1 to 64
     */
    public LengthPrefixed headerBytesBefore(int bytes) {
        return new LengthPrefixed(fieldBytes, littleEndian, includingLength, HeaderBefore.of(bytes));
    }

    /**
     * The framing with this limit.
     *
     * @param bytes the largest body, a header before the length included: at least 1, and no more than the field can
     *     announce
     */
    public Framing maxFrame(int bytes) {
        return new FixedWidthFraming(fieldBytes, littleEndian, includingLength, header, bytes);
    }

    /**
     * Frames whose length is an unsigned LEB128 number: seven bits in each byte, the lowest first, and the high bit set
     * in all bytes but the last (as in Protocol Buffers and MQTT).
     *
     * <p>A length has one encoding only: one with superfluous zeros at its end is malformed, and so is one that needs
     * more than five bytes or 32 bits.
     */
    public static final class Varint {

        private final HeaderBefore header;

        private Varint(HeaderBefore header) {
            this.header = header;
        }

        /**
         * Every frame begins with {@code bytes} bytes of header, see {@link LengthPrefixed#headerBytesBefore}.
         *
         * @param bytes 1 to 64
         */
        public Varint headerBytesBefore(int bytes) {
            return new Varint(HeaderBefore.of(bytes));
        }

        /**
         * The framing with this limit.
         *
         * <p>How long the field is shows only when the body is written. One byte is kept free for it, so a body below
         * 128 bytes stays where it was written; a longer one is moved up once, by one to four bytes.
         *
         * @param bytes the largest body, a header before the length included, at least 1
         */
        public Framing maxFrame(int bytes) {
            return new VarintFraming(header, bytes);
        }
    }
}
