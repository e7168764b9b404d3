package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespReader;
import dev.tandem.examples.kv.store.Entry;
import dev.tandem.examples.kv.store.KeyValueStore;

/** The options of one SET. There is one object for all of them, parsed into anew each time. */
final class SetOptions {

    /** No moment at all. */
    static final long NO_TIME = Long.MIN_VALUE;

    boolean ifAbsent;
    boolean ifPresent;
    boolean returnOld;

    private boolean keepExpiry;
    private TimeUnit unit;
    private int timeArgument;

    /** How a time is given: its length in milliseconds, and whether it counts from now. */
    enum TimeUnit {
        EX(1000, true),
        PX(1, true),
        EXAT(1000, false),
        PXAT(1, false);

        final int millis;
        final boolean relative;

        TimeUnit(int millis, boolean relative) {
            this.millis = millis;
            this.relative = relative;
        }
    }

    /** Reads the options from the third argument on. Returns whether they are valid. */
    boolean parse(RespReader args) {
        ifAbsent = false;
        ifPresent = false;
        returnOld = false;
        keepExpiry = false;
        unit = null;
        timeArgument = 0;
        for (int i = 3; i < args.count(); i++) {
            TimeUnit time = timeUnit(args, i);
            if (time == null ? !parseWord(args, i) : !acceptsTime(time, ++i < args.count())) {
                return false;
            }
            timeArgument = time == null ? timeArgument : i;
        }
        return true;
    }

    private boolean parseWord(RespReader args, int argument) {
        if (args.is(argument, "NX")) {
            ifAbsent = true;
        } else if (args.is(argument, "XX")) {
            ifPresent = true;
        } else if (args.is(argument, "GET")) {
            returnOld = true;
        } else if (args.is(argument, "KEEPTTL")) {
            keepExpiry = true;
        } else {
            return false;
        }
        return !(ifAbsent && ifPresent) && !(keepExpiry && unit != null);
    }

    /** The same unit may come twice, and the last time then counts. */
    private boolean acceptsTime(TimeUnit time, boolean hasArgument) {
        boolean accepted = hasArgument && !keepExpiry && (unit == null || unit == time);
        unit = time;
        return accepted;
    }

    private static TimeUnit timeUnit(RespReader args, int argument) {
        if (args.is(argument, "EX")) {
            return TimeUnit.EX;
        }
        if (args.is(argument, "PX")) {
            return TimeUnit.PX;
        }
        if (args.is(argument, "EXAT")) {
            return TimeUnit.EXAT;
        }
        return args.is(argument, "PXAT") ? TimeUnit.PXAT : null;
    }

    /** Whether the old value decides what happens, or is the reply. */
    boolean dependOnOldValue() {
        return ifAbsent || ifPresent || returnOld;
    }

    /**
     * The expiry asked for: a moment, {@link Entry#NO_EXPIRY} or {@link KeyValueStore#KEEP_EXPIRY}. Answers with an error
     * and returns {@link #NO_TIME} if it is no possible time.
     */
    long expiry(KvSession session, String commandName) {
        if (unit == null) {
            return keepExpiry ? KeyValueStore.KEEP_EXPIRY : Entry.NO_EXPIRY;
        }
        return expiry(session, timeArgument, unit, commandName);
    }

    /** The moment that an argument gives. Answers with an error and returns {@link #NO_TIME} if it is no possible time. */
    static long expiry(KvSession session, int argument, TimeUnit unit, String commandName) {
        if (!session.isNumber(argument)) {
            return NO_TIME;
        }
        long time = session.engine.decimal.value();
        long now = unit.relative ? session.engine.nowMillis() : 0;
        if (time <= 0 || time > (Long.MAX_VALUE - now) / unit.millis) {
            session.error("ERR invalid expire time in '" + commandName + "' command");
            return NO_TIME;
        }
        return now + time * unit.millis;
    }
}
