package dev.tandem.examples.kv;

import dev.tandem.examples.kv.store.Words;
import io.netty.buffer.ByteBuf;

/**
 * Finds a command by its name where the name stands in the buffer, without making a String of it. Names have letters
 * only and up to 16 of them, so a name is two words of eight bytes; clearing one bit of each byte makes letters upper
 * case, and makes a letter of nothing that is none.
 */
final class CommandTable {

    private static final long UPPER_CASE = 0xDFDFDFDFDFDFDFDFL;
    private static final int NAME_LENGTH_MAX = 16;
    private static final int SLOTS = 256;

    private static final long[] LOW = new long[SLOTS];
    private static final long[] HIGH = new long[SLOTS];
    private static final Command[] COMMANDS = new Command[SLOTS];

    static {
        for (Command command : Command.values()) {
            if (!command.isSubcommand()) {
                add(command);
            }
        }
    }

    private CommandTable() {}

    /** The command of this name, in whatever case, or null. */
    static Command find(ByteBuf bytes, int offset, int length) {
        if (length > NAME_LENGTH_MAX) {
            return null;
        }
        long low = Words.load(bytes, offset, Math.min(length, 8)) & UPPER_CASE;
        long high = length <= 8 ? 0 : Words.load(bytes, offset + 8, length - 8) & UPPER_CASE;
        for (int slot = home(low, high); COMMANDS[slot] != null; slot = slot + 1 & SLOTS - 1) {
            if (LOW[slot] == low && HIGH[slot] == high) {
                // A NUL or a blank behind the name becomes 0 like the bytes that are not there, so lengths must agree.
                return COMMANDS[slot].fullName.length() == length ? COMMANDS[slot] : null;
            }
        }
        return null;
    }

    private static void add(Command command) {
        String name = command.fullName;
        long low = 0;
        long high = 0;
        for (int i = 0; i < name.length(); i++) {
            long letter = Character.toUpperCase(name.charAt(i));
            low |= i < 8 ? letter << 8 * i : 0;
            high |= i < 8 ? 0 : letter << 8 * (i - 8);
        }
        int slot = home(low, high);
        while (COMMANDS[slot] != null) {
            slot = slot + 1 & SLOTS - 1;
        }
        LOW[slot] = low;
        HIGH[slot] = high;
        COMMANDS[slot] = command;
    }

    /** Names differ in all of their letters, so all of them must reach the upper bits, which choose the slot. */
    private static int home(long low, long high) {
        return (int) ((low ^ Long.rotateLeft(high, 32)) * 0x9E3779B97F4A7C15L >>> 56);
    }
}
