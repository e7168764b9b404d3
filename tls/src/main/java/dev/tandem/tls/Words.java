package dev.tandem.tls;

import javax.net.ssl.SSLException;

/** What is logged of a failure. Some of it comes from the peer: the names in its certificate, for one. */
final class Words {

    private static final int LENGTH_MAX = 200;

    private Words() {}

    /**
     * The message of the innermost cause that has one, in one line of bounded length without control characters, and without the
     * full stop at its end: it is made a part of a sentence.
     */
    static String of(Throwable failure) {
        String message = failure.getClass().getSimpleName();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && !(cause instanceof SSLException && cause.getCause() != null)) {
                message = cause.getMessage();
            }
        }
        return clean(message.endsWith(".") ? message.substring(0, message.length() - 1) : message);
    }

    static String clean(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .limit(LENGTH_MAX)
                .map(point -> isPrintable(point) ? point : '?')
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    /** Not only control characters: those that turn the direction of a line, or cannot be seen, mislead as well. */
    private static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
