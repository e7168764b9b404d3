package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespReader;
import dev.tandem.examples.kv.resp.RespWriter;

/** Commands on the connection that sends them. */
final class ConnectionCommands {

    private ConnectionCommands() {}

    static void ping(KvSession session) {
        RespReader args = session.args;
        RespWriter reply = session.reply;
        if (args.count() > 2) {
            session.wrongArgumentCount(Command.PING);
            return;
        }
        // A RESP2 client that listens to channels tells replies from messages only if all are arrays.
        boolean asMessage = reply.protocol() == 2 && !session.subscriptions.isEmpty();
        if (asMessage) {
            reply.array(2);
            reply.bulk("pong");
        }
        if (args.count() == 2) {
            reply.bulk(args.bytes(), args.offset(1), args.length(1));
        } else if (asMessage) {
            reply.bulk("");
        } else {
            reply.pong();
        }
    }

    static void echo(KvSession session) {
        RespReader args = session.args;
        session.reply.bulk(args.bytes(), args.offset(1), args.length(1));
    }

    static void select(KvSession session) {
        if (!session.isNumber(1)) {
            return;
        }
        long index = session.engine.decimal.value();
        if (index < 0 || index >= KvEngine.DATABASES) {
            session.error("ERR DB index is out of range");
            return;
        }
        session.select((int) index);
        session.reply.ok();
    }

    static void quit(KvSession session) {
        session.reply.ok();
        session.closeAfterReply();
    }

    static void reset(KvSession session) {
        session.engine.channels.unsubscribeAll(session);
        session.select(0);
        session.reply.protocol(2);
        session.info.name = "";
        session.reply.status("RESET");
    }

    static void auth(KvSession session) {
        RespReader args = session.args;
        if (args.count() > 3) {
            session.syntaxError();
        } else if (args.count() == 2) {
            session.error("ERR AUTH <password> called without any password configured for the default user."
                    + " Are you sure your configuration is correct?");
        } else if (isKnownUser(session, 1)) {
            session.reply.ok();
        } else {
            wrongPassword(session);
        }
    }

    static void hello(KvSession session) {
        int version = session.reply.protocol();
        if (session.args.count() > 1) {
            version = helloVersion(session);
            if (version < 0) {
                return;
            }
        }
        for (int i = 2; i < session.args.count(); ) {
            int taken = helloOption(session, i);
            if (taken < 0) {
                return;
            }
            i += taken;
        }
        session.reply.protocol(version);
        describeServer(session);
    }

    private static int helloVersion(KvSession session) {
        RespReader args = session.args;
        if (!session.engine.decimal.parse(args.bytes(), args.offset(1), args.length(1))) {
            session.error("ERR Protocol version is not an integer or out of range");
            return -1;
        }
        long version = session.engine.decimal.value();
        if (version < 2 || version > 3) {
            session.error("NOPROTO unsupported protocol version");
            return -1;
        }
        return (int) version;
    }

    /** How many arguments the option has, its name included. Answers with an error and returns -1 if it is not valid. */
    private static int helloOption(KvSession session, int option) {
        RespReader args = session.args;
        int following = args.count() - option - 1;
        if (following >= 2 && args.is(option, "AUTH")) {
            if (isKnownUser(session, option + 1)) {
                return 3;
            }
            wrongPassword(session);
            return -1;
        }
        if (following >= 1 && args.is(option, "SETNAME")) {
            return ClientCommands.rename(session, option + 1) ? 2 : -1;
        }
        session.error("ERR Syntax error in HELLO option '" + session.text(option) + "'");
        return -1;
    }

    private static void describeServer(KvSession session) {
        RespWriter reply = session.reply;
        reply.map(7);
        reply.bulk("server");
        reply.bulk("redis");
        reply.bulk("version");
        reply.bulk(InfoCommand.REDIS_VERSION);
        reply.bulk("proto");
        reply.integer(reply.protocol());
        reply.bulk("id");
        reply.integer(session.id());
        reply.bulk("mode");
        reply.bulk("standalone");
        reply.bulk("role");
        reply.bulk("master");
        reply.bulk("modules");
        reply.array(0);
    }

    /** There is one user, and any password is right, because none was set. */
    private static boolean isKnownUser(KvSession session, int argument) {
        return session.text(argument).equals("default");
    }

    private static void wrongPassword(KvSession session) {
        session.error("WRONGPASS invalid username-password pair or user is disabled.");
    }
}
