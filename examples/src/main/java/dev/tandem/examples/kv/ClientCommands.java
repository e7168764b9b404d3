package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespReader;

/** The subcommands of CLIENT. */
final class ClientCommands {

    private ClientCommands() {}

    static void id(KvSession session) {
        session.reply.integer(session.id());
    }

    static void getName(KvSession session) {
        if (session.info.name.isEmpty()) {
            session.reply.nullBulk();
        } else {
            session.reply.bulk(session.info.name);
        }
    }

    static void setName(KvSession session) {
        if (rename(session, 2)) {
            session.reply.ok();
        }
    }

    /** Names the connection. Answers with an error and returns false if the name is not one word. */
    static boolean rename(KvSession session, int argument) {
        if (session.info.rename(session.text(argument))) {
            return true;
        }
        session.error("ERR Client names cannot contain spaces, newlines or special characters.");
        return false;
    }

    static void setInfo(KvSession session) {
        RespReader args = session.args;
        boolean isName = args.is(2, "LIB-NAME");
        if (!isName && !args.is(2, "LIB-VER")) {
            session.error("ERR Unrecognized option '" + session.text(2) + "'");
            return;
        }
        String text = session.text(3);
        if (!ClientInfo.isOneWord(text)) {
            session.error("ERR " + (isName ? "lib-name" : "lib-ver")
                    + " cannot contain spaces, newlines or special characters.");
            return;
        }
        if (isName) {
            session.info.libraryName = text;
        } else {
            session.info.libraryVersion = text;
        }
        session.reply.ok();
    }

    static void info(KvSession session) {
        session.reply.verbatim(session.info.line(session, session.engine.nowMillis()));
    }

    static void list(KvSession session) {
        if (session.args.count() > 2) {
            session.syntaxError();
            return;
        }
        StringBuilder lines = new StringBuilder();
        for (KvSession each : session.engine.sessions()) {
            lines.append(each.info.line(each, session.engine.nowMillis()));
        }
        session.reply.verbatim(lines.toString());
    }

    static void onOrOff(KvSession session) {
        if (session.args.is(2, "ON") || session.args.is(2, "OFF")) {
            session.reply.ok();
        } else {
            session.syntaxError();
        }
    }
}
