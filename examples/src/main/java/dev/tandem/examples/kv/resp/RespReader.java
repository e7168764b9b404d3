package dev.tandem.examples.kv.resp;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Reads the commands of one connection, one after the other, without copying them. Used by one thread at a time.
 *
 * <p>A command is an array of bulk strings ({@code *2\r\n$3\r\nGET\r\n$1\r\nk\r\n}) or an {@linkplain InlineParser inline
 * command}. Its arguments are views: places in {@link #bytes}, valid until {@link #next} is called again or the bytes
 * are given back.
 *
 * <p>What has been parsed of an unfinished command is remembered relative to the reader index, because the bytes may
 * stand in another buffer when the next ones arrive. Each byte is looked at once, however many pieces it comes in, and
 * memory grows with the arguments received, not with those announced.
 *
 * <p>Like Redis, this reader takes the first CR of a line for its end and skips two bytes after each bulk string without
 * looking at them.
 */
public final class RespReader {

    private static final int VIEWS_KEPT_MAX = 2 * 64;
    private static final int LENGTH_UNKNOWN = -1;

    private final RespLimits limits;
    private final Decimal decimal = new Decimal();
    private final InlineParser inline = new InlineParser();
    private final InlineParser.Arguments addView = this::addView;

    /** Offset, then length of each argument. Offsets are relative to {@code base}. */
    private int[] views = new int[2 * 8];

    private int count;
    private ByteBuf bytes;
    private int base;

    /** Arguments announced by the unfinished command, 0 when none has begun. */
    private int announced;
    /** Length announced by the unfinished argument. */
    private int bulkLength = LENGTH_UNKNOWN;
    /** First byte of the unfinished command that is not parsed yet, relative to the reader index. */
    private int position;
    /** Bytes after {@code position} already searched for the end of a line. */
    private int searched;

    /** A reader for one connection. */
    public RespReader(RespLimits limits) {
        this.limits = limits;
    }

    /**
     * Looks for a complete command that begins at {@code in.readerIndex()} and moves the reader index behind it. Empty
     * commands are skipped. Leaves the reader index at the beginning of a command that is not complete yet.
     *
     * @return whether there is one
     * @throws RespException if the bytes are no command
     */
    public boolean next(ByteBuf in) {
        if (announced == 0) {
            // Now and not when the next command begins, for that may be a long time coming.
            releaseLargeViews();
        }
        while (announced > 0 || in.isReadable()) {
            if (announced == 0) {
                count = 0;
                boolean begun = in.getByte(in.readerIndex()) == '*' ? readCount(in) : readInline(in);
                if (!begun) {
                    return false;
                }
                if (count > 0) {
                    return true;
                }
            }
            if (announced > 0) {
                return readArguments(in);
            }
        }
        return false;
    }

    /** Whether a command has begun that is not complete yet. */
    public boolean isUnfinished() {
        return announced > 0 || searched > 0;
    }

    /** How many arguments the command has, its name included. */
    public int count() {
        return count;
    }

    /** The bytes that {@link #offset} points into. */
    public ByteBuf bytes() {
        return bytes;
    }

    /** Where an argument begins in {@link #bytes}; 0 is the command's name. */
    public int offset(int argument) {
        return base + views[2 * argument];
    }

    /** The length of an argument in bytes. */
    public int length(int argument) {
        return views[2 * argument + 1];
    }

    /** Whether an argument is this word, whatever its case. The word is given in upper case ASCII. */
    public boolean is(int argument, String word) {
        int length = length(argument);
        if (length != word.length()) {
            return false;
        }
        int offset = offset(argument);
        for (int i = 0; i < length; i++) {
            int c = bytes.getByte(offset + i);
            int upper = c >= 'a' && c <= 'z' ? c - 32 : c;
            if (upper != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** An argument copied out of the buffer. */
    public byte[] copy(int argument) {
        byte[] copy = new byte[length(argument)];
        bytes.getBytes(offset(argument), copy);
        return copy;
    }

    /** How many arguments there is memory for. */
    int viewsHeld() {
        return views.length / 2;
    }

    private boolean readCount(ByteBuf in) {
        int start = in.readerIndex();
        int end = in.writerIndex();
        int number = ShortLine.numberAt(in, start, end, '*');
        if (number > 0) {
            advanceTo(ShortLine.length(number));
        } else {
            int cr = findLineEnd(in, start, end, "too big mbulk count string");
            if (cr < 0) {
                return false;
            }
            if (!decimal.parse(in, start + 1, cr - start - 1) || decimal.value() > Integer.MAX_VALUE) {
                throw new RespException("invalid multibulk length");
            }
            number = (int) Math.max(0, decimal.value());
            advanceTo(cr + 2 - start);
        }
        if (number > limits.argumentsMax()) {
            throw new RespException("invalid multibulk length");
        }
        announced = number;
        if (number == 0) {
            finish(in);
        }
        return true;
    }

    private boolean readArguments(ByteBuf in) {
        int start = in.readerIndex();
        int end = in.writerIndex();
        while (count < announced) {
            if (bulkLength == LENGTH_UNKNOWN && !readBulkLength(in, start, end)) {
                return false;
            }
            if (end - start - position < bulkLength + 2) {
                return false;
            }
            addView(position, bulkLength);
            position += bulkLength + 2;
            bulkLength = LENGTH_UNKNOWN;
        }
        bytes = in;
        base = start;
        finish(in);
        return true;
    }

    private boolean readBulkLength(ByteBuf in, int start, int end) {
        int line = start + position;
        int length = ShortLine.numberAt(in, line, end, '$');
        if (length >= 0) {
            advanceTo(position + ShortLine.length(length));
        } else {
            int cr = findLineEnd(in, line, end, "too big bulk count string");
            if (cr < 0) {
                return false;
            }
            length = parseBulkLength(in, line, cr);
            advanceTo(cr + 2 - start);
        }
        if (length > limits.bulkBytesMax() || length > limits.commandBytesMax() - position) {
            throw new RespException("invalid bulk length");
        }
        bulkLength = length;
        return true;
    }

    private int parseBulkLength(ByteBuf in, int line, int cr) {
        int type = in.getByte(line) & 0xff;
        if (type != '$') {
            // An error reply is one line, so a line end in it becomes a space.
            char shown = type == '\r' || type == '\n' ? ' ' : (char) type;
            throw new RespException("expected '$', got '" + shown + "'");
        }
        if (!decimal.parse(in, line + 1, cr - line - 1)
                || decimal.value() < 0
                || decimal.value() > limits.bulkBytesMax()) {
            throw new RespException("invalid bulk length");
        }
        return (int) decimal.value();
    }

    private boolean readInline(ByteBuf in) {
        int start = in.readerIndex();
        int lf = find(in, start, in.writerIndex(), '\n', "too big inline request");
        if (lf < 0) {
            return false;
        }
        int end = lf > start && in.getByte(lf - 1) == '\r' ? lf - 1 : lf;
        inline.parse(in, start, end, addView);
        bytes = inline.bytes();
        base = 0;
        advanceTo(lf + 1 - start);
        finish(in);
        return true;
    }

    /** Where the CR of the line is, or -1 while the line and the byte after its CR are not there. */
    private int findLineEnd(ByteBuf in, int line, int end, String tooBig) {
        int cr = find(in, line, end, '\r', tooBig);
        return cr >= 0 && cr + 1 < end ? cr : -1;
    }

    private int find(ByteBuf in, int line, int end, char wanted, String tooBig) {
        // Looking no further than the limit makes the outcome the same however the bytes were cut into pieces.
        int last = Math.min(end, line + limits.lineBytesMax() + 1);
        int found = in.indexOf(line + searched, last, (byte) wanted);
        if (found >= 0) {
            searched = found - line;
            return found;
        }
        if (end - line > limits.lineBytesMax()) {
            throw new RespException(tooBig);
        }
        searched = end - line;
        return -1;
    }

    private void addView(int offset, int length) {
        int at = 2 * count++;
        if (at == views.length) {
            views = Arrays.copyOf(views, 2 * views.length);
        }
        views[at] = offset;
        views[at + 1] = length;
    }

    private void finish(ByteBuf in) {
        in.skipBytes(position);
        announced = 0;
        advanceTo(0);
    }

    /** Everything before this place is parsed, so the search for the end of the next line begins here. */
    private void advanceTo(int position) {
        this.position = position;
        searched = 0;
    }

    private void releaseLargeViews() {
        if (views.length > VIEWS_KEPT_MAX) {
            views = new int[VIEWS_KEPT_MAX];
        }
    }
}
