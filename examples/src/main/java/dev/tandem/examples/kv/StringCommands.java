package dev.tandem.examples.kv;

import static dev.tandem.examples.kv.store.KeyValueStore.KEEP_EXPIRY;

import dev.tandem.examples.kv.resp.Decimal;
import dev.tandem.examples.kv.resp.RespReader;
import dev.tandem.examples.kv.store.Entry;

/** Commands on values. */
final class StringCommands {

    private StringCommands() {}

    static void get(KvSession session) {
        replyValue(session, session.find(1));
    }

    static void getDel(KvSession session) {
        byte[] entry = session.find(1);
        replyValue(session, entry);
        if (entry != null) {
            session.store().remove(session.args.bytes(), session.args.offset(1), session.args.length(1));
        }
    }

    static void mget(KvSession session) {
        int count = session.args.count();
        session.reply.array(count - 1);
        for (int i = 1; i < count; i++) {
            replyValue(session, session.find(i));
        }
    }

    static void strlen(KvSession session) {
        byte[] entry = session.find(1);
        session.reply.integer(entry == null ? 0 : Entry.valueLength(entry));
    }

    static void set(KvSession session) {
        if (session.args.count() == 3) {
            store(session, 1, 2, Entry.NO_EXPIRY);
            session.reply.ok();
        } else {
            setWithOptions(session);
        }
    }

    private static void setWithOptions(KvSession session) {
        SetOptions options = session.engine.setOptions;
        if (!options.parse(session.args)) {
            session.syntaxError();
            return;
        }
        long expiry = options.expiry(session, "set");
        if (expiry == SetOptions.NO_TIME) {
            return;
        }
        boolean wanted = true;
        if (options.dependOnOldValue()) {
            byte[] old = session.find(1);
            wanted = old == null ? !options.ifPresent : !options.ifAbsent;
            if (options.returnOld) {
                replyValue(session, old);
            }
        }
        if (wanted) {
            store(session, 1, 2, expiry);
        }
        if (!options.returnOld) {
            replyDone(session, wanted);
        }
    }

    static void setnx(KvSession session) {
        boolean absent = session.find(1) == null;
        if (absent) {
            store(session, 1, 2, Entry.NO_EXPIRY);
        }
        session.reply.integer(absent ? 1 : 0);
    }

    static void setex(KvSession session) {
        setFor(session, SetOptions.TimeUnit.EX, "setex");
    }

    static void psetex(KvSession session) {
        setFor(session, SetOptions.TimeUnit.PX, "psetex");
    }

    private static void setFor(KvSession session, SetOptions.TimeUnit unit, String name) {
        long expiry = SetOptions.expiry(session, 2, unit, name);
        if (expiry != SetOptions.NO_TIME) {
            store(session, 1, 3, expiry);
            session.reply.ok();
        }
    }

    static void getSet(KvSession session) {
        replyValue(session, session.find(1));
        store(session, 1, 2, Entry.NO_EXPIRY);
    }

    static void mset(KvSession session) {
        int count = session.args.count();
        if (count % 2 == 0) {
            session.wrongArgumentCount(Command.MSET);
            return;
        }
        for (int i = 1; i < count; i += 2) {
            store(session, i, i + 1, Entry.NO_EXPIRY);
        }
        session.reply.ok();
    }

    static void append(KvSession session) {
        RespReader args = session.args;
        int added = args.length(2);
        byte[] old = session.find(1);
        int before = old == null ? 0 : Entry.valueLength(old);
        if (before + (long) added > session.engine.settings.limits().bulkBytesMax()) {
            session.error("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
            return;
        }
        byte[] entry = session.store().extend(args.bytes(), args.offset(1), args.length(1), added);
        args.bytes().getBytes(args.offset(2), entry, Entry.valueOffset(entry) + before, added);
        session.reply.integer(before + added);
    }

    static void incr(KvSession session) {
        add(session, 1);
    }

    static void decr(KvSession session) {
        add(session, -1);
    }

    static void incrBy(KvSession session) {
        if (session.isNumber(2)) {
            add(session, session.engine.decimal.value());
        }
    }

    static void decrBy(KvSession session) {
        if (!session.isNumber(2)) {
            return;
        }
        long amount = session.engine.decimal.value();
        if (amount == Long.MIN_VALUE) {
            session.error("ERR decrement would overflow");
            return;
        }
        add(session, -amount);
    }

    private static void add(KvSession session, long amount) {
        Decimal decimal = session.engine.decimal;
        byte[] old = session.find(1);
        if (old != null && !decimal.parse(old, Entry.valueOffset(old), Entry.valueLength(old))) {
            session.error("ERR value is not an integer or out of range");
            return;
        }
        long before = old == null ? 0 : decimal.value();
        long after = before + amount;
        if (((before ^ after) & (amount ^ after)) < 0) {
            session.error("ERR increment or decrement would overflow");
            return;
        }
        byte[] digits = session.engine.digits;
        int from = Decimal.writeBefore(after, digits, digits.length);
        int length = digits.length - from;
        RespReader args = session.args;
        byte[] entry = session.store().reserve(args.bytes(), args.offset(1), args.length(1), length, KEEP_EXPIRY);
        System.arraycopy(digits, from, entry, Entry.valueOffset(entry), length);
        session.reply.integer(after);
    }

    private static void store(KvSession session, int key, int value, long expiry) {
        RespReader args = session.args;
        int length = args.length(value);
        byte[] entry = session.store().reserve(args.bytes(), args.offset(key), args.length(key), length, expiry);
        args.bytes().getBytes(args.offset(value), entry, Entry.valueOffset(entry), length);
    }

    private static void replyValue(KvSession session, byte[] entry) {
        if (entry == null) {
            session.reply.nullBulk();
        } else {
            session.reply.bulk(entry, Entry.valueOffset(entry), Entry.valueLength(entry));
        }
    }

    private static void replyDone(KvSession session, boolean done) {
        if (done) {
            session.reply.ok();
        } else {
            session.reply.nullBulk();
        }
    }
}
