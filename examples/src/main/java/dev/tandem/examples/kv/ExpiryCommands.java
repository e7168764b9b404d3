package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespReader;
import dev.tandem.examples.kv.store.Entry;

/** Commands on the expiry of keys. */
final class ExpiryCommands {

    private static final long NO_KEY = -2;
    private static final long NEVER = -1;

    private ExpiryCommands() {}

    static void expire(KvSession session) {
        expire(session, 1000, session.engine.nowMillis(), "expire");
    }

    static void pexpire(KvSession session) {
        expire(session, 1, session.engine.nowMillis(), "pexpire");
    }

    static void expireAt(KvSession session) {
        expire(session, 1000, 0, "expireat");
    }

    static void pexpireAt(KvSession session) {
        expire(session, 1, 0, "pexpireat");
    }

    private static void expire(KvSession session, int unitMillis, long sinceMillis, String name) {
        int conditions = parseConditions(session);
        if (conditions < 0 || !session.isNumber(2)) {
            return;
        }
        long time = session.engine.decimal.value();
        // A time in the past is allowed and deletes the key.
        if (time > (Long.MAX_VALUE - sinceMillis) / unitMillis || time < Long.MIN_VALUE / unitMillis) {
            session.error("ERR invalid expire time in '" + name + "' command");
            return;
        }
        session.reply.integer(expireAt(session, sinceMillis + time * unitMillis, conditions) ? 1 : 0);
    }

    private static boolean expireAt(KvSession session, long millis, int conditions) {
        RespReader args = session.args;
        byte[] entry = session.find(1);
        if (entry == null || !Condition.allHold(conditions, Entry.expiry(entry), millis)) {
            return false;
        }
        if (millis <= session.engine.nowMillis()) {
            return session.store().remove(args.bytes(), args.offset(1), args.length(1));
        }
        return session.store().expireAt(args.bytes(), args.offset(1), args.length(1), millis);
    }

    /** What may be asked of the expiry that a key has, before it gets another. */
    private enum Condition {
        /** It has none. */
        NX,
        /** It has one. */
        XX,
        /** It has one that is earlier. */
        GT,
        /** It has none, or one that is later. */
        LT;

        private static final Condition[] ALL = values();

        int bit() {
            return 1 << ordinal();
        }

        /** The bit of the condition that an argument names, or 0. */
        static int bitOf(RespReader args, int argument) {
            for (Condition condition : ALL) {
                if (args.is(argument, condition.name())) {
                    return condition.bit();
                }
            }
            return 0;
        }

        boolean isIn(int conditions) {
            return (conditions & bit()) != 0;
        }

        static boolean allHold(int conditions, long current, long next) {
            for (Condition condition : ALL) {
                if (condition.isIn(conditions) && !condition.holds(current, next)) {
                    return false;
                }
            }
            return true;
        }

        private boolean holds(long current, long next) {
            boolean never = current == Entry.NO_EXPIRY;
            return switch (this) {
                case NX -> never;
                case XX -> !never;
                case GT -> !never && next > current;
                case LT -> never || next < current;
            };
        }
    }

    /** The conditions asked for as bits. Answers with an error and returns -1 if they make no sense. */
    private static int parseConditions(KvSession session) {
        int conditions = 0;
        for (int i = 3; i < session.args.count(); i++) {
            int bit = Condition.bitOf(session.args, i);
            if (bit == 0) {
                session.error("ERR Unsupported option " + session.text(i));
                return -1;
            }
            conditions |= bit;
        }
        if (Condition.NX.isIn(conditions) && conditions != Condition.NX.bit()) {
            session.error("ERR NX and XX, GT or LT options at the same time are not compatible");
            return -1;
        }
        if (Condition.GT.isIn(conditions) && Condition.LT.isIn(conditions)) {
            session.error("ERR GT and LT options at the same time are not compatible");
            return -1;
        }
        return conditions;
    }

    static void ttl(KvSession session) {
        long millis = millisToLive(session);
        session.reply.integer(millis < 0 ? millis : (millis + 500) / 1000);
    }

    static void pttl(KvSession session) {
        session.reply.integer(millisToLive(session));
    }

    private static long millisToLive(KvSession session) {
        byte[] entry = session.find(1);
        if (entry == null) {
            return NO_KEY;
        }
        long expiry = Entry.expiry(entry);
        return expiry == Entry.NO_EXPIRY ? NEVER : expiry - session.engine.nowMillis();
    }

    static void persist(KvSession session) {
        RespReader args = session.args;
        byte[] entry = session.find(1);
        boolean expires = entry != null && Entry.expiry(entry) != Entry.NO_EXPIRY;
        if (expires) {
            session.store().expireAt(args.bytes(), args.offset(1), args.length(1), Entry.NO_EXPIRY);
        }
        session.reply.integer(expires ? 1 : 0);
    }
}
