package dev.tandem.examples.kv;

/**
 * A pattern as KEYS, SCAN and CONFIG GET take it: {@code *} is any bytes, {@code ?} one byte, {@code [ab]}, {@code [a-z]}
 * and {@code [^a]} one byte of a class, and a backslash makes the next byte stand for itself. A class that is not closed
 * ends with the pattern.
 *
 * <p>Only the last star seen is ever tried with more bytes: whatever an earlier one could take instead, the last one can
 * take too. So matching takes at most pattern times text steps, and no stack.
 */
final class Glob {

    static final Glob ALL = new Glob(new byte[] {'*'});

    private final byte[] pattern;

    /** Where the pattern goes on behind the class that {@link #isInClass} looked at. */
    private int afterClass;

    Glob(byte[] pattern) {
        this.pattern = pattern;
    }

    boolean matches(byte[] text, int offset, int length) {
        int at = offset;
        int end = offset + length;
        int next = 0;
        int afterStar = -1;
        int starEnd = 0;
        while (true) {
            if (next < pattern.length && pattern[next] == '*') {
                afterStar = ++next;
                starEnd = at;
            } else if (at == end) {
                return next == pattern.length;
            } else {
                int after = next < pattern.length ? matchOne(next, text[at]) : -1;
                if (after < 0 && afterStar < 0) {
                    return false;
                }
                next = after < 0 ? afterStar : after;
                at = after < 0 ? ++starEnd : at + 1;
            }
        }
    }

    /** Where the pattern goes on if the part at {@code at} matches this byte, otherwise -1. */
    private int matchOne(int at, byte c) {
        switch (pattern[at]) {
            case '?':
                return at + 1;
            case '[':
                return isInClass(at + 1, c) ? afterClass : -1;
            case '\\':
                int literal = at + 1 < pattern.length ? at + 1 : at;
                return pattern[literal] == c ? literal + 1 : -1;
            default:
                return pattern[at] == c ? at + 1 : -1;
        }
    }

    private boolean isInClass(int from, byte c) {
        int at = from;
        boolean not = at < pattern.length && pattern[at] == '^';
        at += not ? 1 : 0;
        boolean found = false;
        while (at < pattern.length && pattern[at] != ']') {
            if (pattern[at] == '\\' && at + 1 < pattern.length) {
                found |= pattern[at + 1] == c;
                at += 2;
            } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
                found |= isBetween(c, pattern[at], pattern[at + 2]);
                at += 3;
            } else {
                found |= pattern[at] == c;
                at++;
            }
        }
        afterClass = Math.min(at + 1, pattern.length);
        return found != not;
    }

    private static boolean isBetween(byte c, byte one, byte other) {
        return c >= Math.min(one, other) && c <= Math.max(one, other);
    }
}
