package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespReader;
import java.util.Locale;

/** The answer to a command that is not there. */
final class UnknownCommand {

    private static final int SHOWN_MAX = 128;

    private UnknownCommand() {}

    static void reject(KvSession session) {
        RespReader args = session.args;
        if (args.is(0, "POST") || args.is(0, "HOST:")) {
            // A browser that a hostile page sent here: what follows would be commands that the page chose.
            session.closeAfterReply();
            return;
        }
        StringBuilder shown = new StringBuilder();
        for (int i = 1; i < args.count() && shown.length() < SHOWN_MAX; i++) {
            String argument = shown(session, i, SHOWN_MAX - shown.length());
            shown.append('\'').append(argument).append("' ");
        }
        session.error("ERR unknown command '" + shown(session, 0, SHOWN_MAX) + "', with args beginning with: " + shown);
    }

    /** The subcommand, which is the first argument, is none of this command's. */
    static void rejectSubcommand(KvSession session, Command container) {
        session.error("ERR unknown subcommand '" + shown(session, 1, SHOWN_MAX) + "'. Try "
                + container.fullName.toUpperCase(Locale.ROOT) + " HELP.");
    }

    /** An argument up to its first NUL and no longer than {@code lengthMax}, as Redis shows it. */
    private static String shown(KvSession session, int argument, int lengthMax) {
        String text = session.text(argument);
        int nul = text.indexOf(0);
        int end = Math.min(nul < 0 ? text.length() : nul, lengthMax);
        return text.substring(0, end);
    }
}
