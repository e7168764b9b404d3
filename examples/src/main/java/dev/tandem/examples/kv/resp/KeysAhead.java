package dev.tandem.examples.kv.resp;

import io.netty.buffer.ByteBuf;

/**
 * The keys of the commands that come next in a buffer, found without taking the commands. What is taken for a key is the
 * first argument behind the name, which it is for nearly all commands that have keys.
 */
public final class KeysAhead {

    /** How many commands are looked at. More overlap more waiting for memory, until the first lines read are gone again. */
    public static final int COMMANDS_MAX = 16;

    /** A command of more arguments is left alone. */
    private static final int ARGUMENTS_MAX = 8;

    private static final int NOT_WHOLE = -1;

    private final int[] offsets = new int[COMMANDS_MAX];
    private final int[] lengths = new int[COMMANDS_MAX];

    /**
     * Looks at the commands from the reader index on, which is the beginning of one, and stops at the first that is not
     * here whole or is out of the ordinary.
     *
     * @return how many it has looked at
     */
    public int look(ByteBuf in) {
        int at = in.readerIndex();
        for (int command = 0; command < COMMANDS_MAX; command++) {
            at = readCommand(in, at, command);
            if (at < 0) {
                return command;
            }
        }
        return COMMANDS_MAX;
    }

    /** Notes a command's key. Returns where the command ends, or -1 if it is not here whole or out of the ordinary. */
    private int readCommand(ByteBuf in, int start, int command) {
        int end = in.writerIndex();
        int arguments = ShortLine.numberAt(in, start, end, '*');
        if (arguments <= 0 || arguments > ARGUMENTS_MAX) {
            return NOT_WHOLE;
        }
        offsets[command] = start;
        lengths[command] = 0;
        int at = start + ShortLine.length(arguments);
        for (int argument = 0; argument < arguments; argument++) {
            int length = ShortLine.numberAt(in, at, end, '$');
            if (length < 0) {
                return NOT_WHOLE;
            }
            at += ShortLine.length(length);
            if (argument == 1) {
                offsets[command] = at;
                lengths[command] = length;
            }
            at += length + 2;
        }
        return at > end ? NOT_WHOLE : at;
    }

    /** Where a command's key begins. */
    public int offset(int command) {
        return offsets[command];
    }

    /** The length of a command's key in bytes; 0 if it has none. */
    public int length(int command) {
        return lengths[command];
    }
}
