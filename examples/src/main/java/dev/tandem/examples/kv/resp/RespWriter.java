package dev.tandem.examples.kv.resp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Appends replies to an outbound buffer, in the version of the protocol the connection speaks. Used by one thread at a
 * time; allocates nothing.
 *
 * <p>Short replies are kept as the eight bytes of a {@code long}, written at once; the writer index then moves by as many
 * as count, and the next reply overwrites the others.
 */
public final class RespWriter {

    private static final int SMALL_MAX = 1023;
    private static final int CRLF = '\r' | '\n' << 8;
    private static final int HEAD_BYTES_MAX = 1 + Decimal.LENGTH_MAX + 2;

    /** For each small number its decimal digits and CRLF, and in the lowest byte, where the type goes, zero. */
    private static final long[] SMALL = new long[SMALL_MAX + 1];

    static {
        for (int number = 0; number <= SMALL_MAX; number++) {
            SMALL[number] = pack("\0" + number + "\r\n");
        }
    }

    private static final long OK = pack("+OK\r\n");
    private static final long PONG = pack("+PONG\r\n");
    private static final long NULL = pack("_\r\n");
    private static final long NULL_BULK = pack("$-1\r\n");
    private static final long NULL_ARRAY = pack("*-1\r\n");
    private static final long TRUE = pack("#t\r\n");
    private static final long FALSE = pack("#f\r\n");

    /** A number's line is built from its end, which is here. */
    private final byte[] line = new byte[HEAD_BYTES_MAX];

    private ByteBuf out;
    private boolean resp3;

    /** Sets where replies go. {@code null} lets go of the buffer. */
    public void target(ByteBuf out) {
        this.out = out;
    }

    /** Sets the protocol version, 2 or 3. A connection begins with 2. */
    public void protocol(int version) {
        resp3 = version == 3;
    }

    /** The protocol version, 2 or 3. */
    public int protocol() {
        return resp3 ? 3 : 2;
    }

    /** Status OK. */
    public void ok() {
        packed(OK, 5);
    }

    /** Status PONG. */
    public void pong() {
        packed(PONG, 7);
    }

    /** A status: one line of ASCII. */
    public void status(String text) {
        textLine('+', text);
    }

    /**
     * An error: its code, a space, and what is wrong. Line ends in the text become spaces, because an error is one line.
     * Each character is one byte, so text that repeats what a client sent may hold any byte.
     */
    public void error(String text) {
        textLine('-', text.replace('\r', ' ').replace('\n', ' '));
    }

    /** An integer. */
    public void integer(long number) {
        head(':', number);
    }

    /** A truth value; 1 or 0 in RESP2. */
    public void bool(boolean value) {
        if (resp3) {
            packed(value ? TRUE : FALSE, 4);
        } else {
            integer(value ? 1 : 0);
        }
    }

    /** The absence of a string. */
    public void nullBulk() {
        if (resp3) {
            packed(NULL, 3);
        } else {
            packed(NULL_BULK, 5);
        }
    }

    /** The absence of an array. */
    public void nullArray() {
        if (resp3) {
            packed(NULL, 3);
        } else {
            packed(NULL_ARRAY, 5);
        }
    }

    /** A string of {@code length} bytes of an array. */
    public void bulk(byte[] from, int offset, int length) {
        int body = beginBulk(length);
        out.setBytes(body, from, offset, length);
        endBulk(body + length);
    }

    /** A string of {@code length} bytes of a buffer, whose indexes stay as they are. */
    public void bulk(ByteBuf from, int offset, int length) {
        int body = beginBulk(length);
        out.setBytes(body, from, offset, length);
        endBulk(body + length);
    }

    /** A string of all bytes of an array. */
    public void bulk(byte[] bytes) {
        bulk(bytes, 0, bytes.length);
    }

    /** A string whose characters are one byte each. */
    public void bulk(String text) {
        int body = beginBulk(text.length());
        out.setCharSequence(body, text, StandardCharsets.ISO_8859_1);
        endBulk(body + text.length());
    }

    /** A string that a number is written as. */
    public void bulk(long number) {
        byte[] digits = line;
        int from = Decimal.writeBefore(number, digits, digits.length);
        bulk(digits, from, digits.length - from);
    }

    /** Plain text for people; a bulk string in RESP2. Its characters are one byte each. */
    public void verbatim(String text) {
        if (!resp3) {
            bulk(text);
            return;
        }
        head('=', text.length() + 4);
        out.writeCharSequence("txt:", StandardCharsets.ISO_8859_1);
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        out.writeShortLE(CRLF);
    }

    /** The head of an array; its elements follow. */
    public void array(int elements) {
        head('*', elements);
    }

    /** The head of a map; its entries follow, each a key and a value. In RESP2 an array of twice as many. */
    public void map(int entries) {
        if (resp3) {
            head('%', entries);
        } else {
            head('*', 2L * entries);
        }
    }

    /** The head of a set; its elements follow. In RESP2 an array. */
    public void set(int elements) {
        head(resp3 ? '~' : '*', elements);
    }

    /** The head of a message that answers no request; its elements follow. In RESP2 an array. */
    public void push(int elements) {
        head(resp3 ? '>' : '*', elements);
    }

    /** Makes room for the whole string, so that the writes which follow need not ask. */
    private int beginBulk(int length) {
        out.ensureWritable(HEAD_BYTES_MAX + length + 2);
        int at = out.writerIndex();
        if (length <= SMALL_MAX) {
            out.setLongLE(at, SMALL[length] | '$');
            return at + smallLineLength(length);
        }
        int from = formatLine('$', length);
        out.setBytes(at, line, from, line.length - from);
        return at + line.length - from;
    }

    private void endBulk(int at) {
        out.setShortLE(at, CRLF);
        out.writerIndex(at + 2);
    }

    private void head(char type, long number) {
        if (number >= 0 && number <= SMALL_MAX) {
            packed(SMALL[(int) number] | type, smallLineLength((int) number));
            return;
        }
        int from = formatLine(type, number);
        out.writeBytes(line, from, line.length - from);
    }

    private int formatLine(char type, long number) {
        line[line.length - 2] = '\r';
        line[line.length - 1] = '\n';
        int from = Decimal.writeBefore(number, line, line.length - 2) - 1;
        line[from] = (byte) type;
        return from;
    }

    private void textLine(char type, String text) {
        out.writeByte(type);
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        out.writeShortLE(CRLF);
    }

    private void packed(long bytes, int length) {
        out.ensureWritable(8);
        int at = out.writerIndex();
        out.setLongLE(at, bytes);
        out.writerIndex(at + length);
    }

    private static int smallLineLength(int number) {
        if (number < 10) {
            return 4;
        }
        return number < 100 ? 5 : number < 1000 ? 6 : 7;
    }

    private static long pack(String text) {
        long packed = 0;
        for (int i = 0; i < text.length(); i++) {
            packed |= (long) text.charAt(i) << 8 * i;
        }
        return packed;
    }
}
