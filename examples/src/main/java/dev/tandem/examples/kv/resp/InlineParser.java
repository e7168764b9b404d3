package dev.tandem.examples.kv.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Splits an inline command, the form people type into telnet, into arguments. Blanks separate them. Between double quotes
 * {@code \n \r \t \b \a \xHH} are the usual escapes and any other escaped byte is itself; between single quotes only
 * {@code \'} is special. A closing quote ends its argument, so a blank or the end of the line must follow.
 *
 * <p>Because quotes and escapes vanish, the arguments are written into a buffer of this parser's own.
 */
final class InlineParser {

    /** Told where each argument stands in {@link #bytes}. */
    interface Arguments {
        void add(int offset, int length);
    }

    private static final int KEPT_BYTES_MAX = 1024;

    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

    private byte[] line = {};
    private int at;
    private int end;
    private int written;

    /** What the last {@link #parse} wrote. */
    ByteBuf bytes() {
        return bytes;
    }

    /** Parses the line from {@code from} to before {@code to}, its line end excluded. */
    void parse(ByteBuf in, int from, int to, Arguments arguments) {
        load(in, from, to);
        while (skipBlanks()) {
            int argument = written;
            readArgument();
            arguments.add(argument, written - argument);
        }
    }

    /** An argument is never longer than its text, so arguments overwrite the part of the line that is read already. */
    private void load(ByteBuf in, int from, int to) {
        int length = to - from;
        if (line.length < length || line.length > KEPT_BYTES_MAX) {
            line = new byte[Math.max(length, 64)];
            bytes = Unpooled.wrappedBuffer(line);
        }
        in.getBytes(from, line, 0, length);
        at = 0;
        written = 0;
        end = 0;
        // Redis ends the line at a NUL.
        while (end < length && line[end] != 0) {
            end++;
        }
    }

    private boolean skipBlanks() {
        while (at < end && isSpace(line[at])) {
            at++;
        }
        return at < end;
    }

    private void readArgument() {
        while (at < end) {
            byte c = line[at++];
            if (c == ' ' || c == '\t' || c == '\r') {
                return;
            }
            if (c == '"' || c == '\'') {
                readQuoted(c);
                return;
            }
            line[written++] = c;
        }
    }

    private void readQuoted(byte quote) {
        while (at < end) {
            byte c = line[at++];
            if (c == quote) {
                if (at < end && !isSpace(line[at])) {
                    break;
                }
                return;
            }
            line[written++] = c == '\\' && at < end ? unescape(quote) : c;
        }
        throw new RespException("unbalanced quotes in request");
    }

    private byte unescape(byte quote) {
        if (quote == '\'') {
            return line[at] == '\'' ? line[at++] : (byte) '\\';
        }
        byte c = line[at++];
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            case 'x' -> unescapeHex();
            default -> c;
        };
    }

    private byte unescapeHex() {
        int high = at + 1 < end ? Character.digit(line[at], 16) : -1;
        int low = at + 1 < end ? Character.digit(line[at + 1], 16) : -1;
        if (high < 0 || low < 0) {
            return 'x';
        }
        at += 2;
        return (byte) (16 * high + low);
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }
}
