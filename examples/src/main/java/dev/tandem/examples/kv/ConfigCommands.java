package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The subcommands of CONFIG. Settings are given when the server starts; here clients read them under Redis's names. */
final class ConfigCommands {

    private ConfigCommands() {}

    static void get(KvSession session) {
        List<Map.Entry<String, String>> matching = new ArrayList<>();
        for (Map.Entry<String, String> setting :
                settings(session.engine.settings).entrySet()) {
            if (isAskedFor(session, setting.getKey())) {
                matching.add(setting);
            }
        }
        session.reply.map(matching.size());
        for (Map.Entry<String, String> setting : matching) {
            session.reply.bulk(setting.getKey());
            session.reply.bulk(setting.getValue());
        }
    }

    static void set(KvSession session) {
        String name = session.text(2);
        if (session.args.count() % 2 != 0) {
            session.wrongArgumentCount(Command.CONFIG_SET);
        } else if (settings(session.engine.settings).containsKey(name.toLowerCase(Locale.ROOT))) {
            session.error(
                    "ERR CONFIG SET failed (possibly related to argument '" + name + "') - can't set immutable config");
        } else {
            session.error("ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'");
        }
    }

    static void resetStat(KvSession session) {
        session.engine.stats.reset();
        session.reply.ok();
    }

    private static boolean isAskedFor(KvSession session, String name) {
        byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 2; i < session.args.count(); i++) {
            String pattern = session.text(i).toLowerCase(Locale.ROOT);
            if (new Glob(pattern.getBytes(StandardCharsets.ISO_8859_1)).matches(text, 0, text.length)) {
                return true;
            }
        }
        return false;
    }

    /** What tools ask for, and what they need to know that differs here. */
    private static Map<String, String> settings(KvSettings settings) {
        RespLimits limits = settings.limits();
        long memoryMax = settings.memoryBytesMax() == KvSettings.NO_MEMORY_LIMIT ? 0 : settings.memoryBytesMax();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("appendonly", "no");
        all.put("client-query-buffer-limit", Integer.toString(limits.commandBytesMax()));
        all.put("databases", Integer.toString(KvEngine.DATABASES));
        all.put("maxmemory", Long.toString(memoryMax));
        all.put("maxmemory-policy", "noeviction");
        all.put("proto-max-bulk-len", Integer.toString(limits.bulkBytesMax()));
        all.put("save", "");
        return all;
    }
}
