package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespReader;
import dev.tandem.examples.kv.store.Entry;
import java.util.List;

/** Commands on keys. */
final class KeyCommands {

    private static final int SCAN_COUNT = 10;

    private KeyCommands() {}

    static void del(KvSession session) {
        RespReader args = session.args;
        int deleted = 0;
        for (int i = 1; i < args.count(); i++) {
            deleted += session.store().remove(args.bytes(), args.offset(i), args.length(i)) ? 1 : 0;
        }
        session.reply.integer(deleted);
    }

    static void exists(KvSession session) {
        int found = 0;
        for (int i = 1; i < session.args.count(); i++) {
            found += session.find(i) == null ? 0 : 1;
        }
        session.reply.integer(found);
    }

    static void type(KvSession session) {
        session.reply.status(session.find(1) == null ? "none" : "string");
    }

    static void keys(KvSession session) {
        Glob glob = new Glob(session.args.copy(1));
        List<byte[]> found = session.engine.beginFinding();
        session.store().visitAll(entry -> addMatch(entry, glob, found));
        replyKeys(session);
    }

    static void scan(KvSession session) {
        long cursor = parseCursor(session);
        if (cursor < 0) {
            return;
        }
        ScanOptions options = ScanOptions.parse(session);
        if (options == null) {
            return;
        }
        List<byte[]> found = session.engine.beginFinding();
        long next = session.store().scan(cursor, options.count, entry -> {
            if (options.type) {
                addMatch(entry, options.glob, found);
            }
        });
        session.reply.array(2);
        session.reply.bulk(next);
        replyKeys(session);
    }

    private static final class ScanOptions {
        int count = SCAN_COUNT;
        Glob glob = Glob.ALL;
        /** Whether strings were asked for, the only type there is. */
        boolean type = true;

        /** Answers with an error and returns null if they are not valid. */
        static ScanOptions parse(KvSession session) {
            ScanOptions options = new ScanOptions();
            for (int i = 2; i < session.args.count(); i += 2) {
                if (i + 1 == session.args.count()) {
                    session.syntaxError();
                    return null;
                }
                if (!options.parse(session, i)) {
                    return null;
                }
            }
            return options;
        }

        private boolean parse(KvSession session, int option) {
            RespReader args = session.args;
            if (args.is(option, "MATCH")) {
                glob = new Glob(args.copy(option + 1));
                return true;
            }
            if (args.is(option, "TYPE")) {
                type = args.is(option + 1, "STRING");
                return true;
            }
            if (!args.is(option, "COUNT")) {
                session.syntaxError();
                return false;
            }
            return parseCount(session, option + 1);
        }

        private boolean parseCount(KvSession session, int argument) {
            if (!session.isNumber(argument)) {
                return false;
            }
            if (session.engine.decimal.value() < 1) {
                session.syntaxError();
                return false;
            }
            count = (int) Math.min(Integer.MAX_VALUE, session.engine.decimal.value());
            return true;
        }
    }

    private static long parseCursor(KvSession session) {
        RespReader args = session.args;
        boolean number = session.engine.decimal.parse(args.bytes(), args.offset(1), args.length(1));
        if (!number || session.engine.decimal.value() < 0) {
            session.error("ERR invalid cursor");
            return -1;
        }
        return session.engine.decimal.value();
    }

    private static void addMatch(byte[] entry, Glob glob, List<byte[]> found) {
        if (glob.matches(entry, Entry.keyOffset(), Entry.keyLength(entry))) {
            found.add(entry);
        }
    }

    private static void replyKeys(KvSession session) {
        List<byte[]> found = session.engine.found;
        session.reply.array(found.size());
        for (byte[] entry : found) {
            session.reply.bulk(entry, Entry.keyOffset(), Entry.keyLength(entry));
        }
        session.engine.releaseFound();
    }

    static void dbSize(KvSession session) {
        session.reply.integer(session.store().size());
    }

    static void flushDb(KvSession session) {
        if (isFlushValid(session)) {
            session.store().clear();
            session.reply.ok();
        }
    }

    static void flushAll(KvSession session) {
        if (isFlushValid(session)) {
            session.engine.clearAll();
            session.reply.ok();
        }
    }

    /** Tools that empty a server send this along with FLUSHALL. There never are functions. */
    static void flushFunctions(KvSession session) {
        RespReader args = session.args;
        if (args.count() == 2 || args.count() == 3 && (args.is(2, "SYNC") || args.is(2, "ASYNC"))) {
            session.reply.ok();
        } else {
            session.error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
        }
    }

    /** Both ways are the same here: the keys are gone at once, and the collector frees them later. */
    private static boolean isFlushValid(KvSession session) {
        RespReader args = session.args;
        boolean valid = args.count() == 1 || args.count() == 2 && (args.is(1, "SYNC") || args.is(1, "ASYNC"));
        if (!valid) {
            session.syntaxError();
        }
        return valid;
    }
}
