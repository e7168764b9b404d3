package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespReader;
import dev.tandem.examples.kv.store.KeyValueStore;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/** INFO: the server described in lines that tools read. */
final class InfoCommand {

    /** The version whose behaviour this server follows; clients choose what they send by it. */
    static final String REDIS_VERSION = "7.0.15";

    private static final Map<String, BiConsumer<StringBuilder, KvEngine>> SECTIONS = new LinkedHashMap<>();

    static {
        SECTIONS.put("Server", InfoCommand::server);
        SECTIONS.put("Clients", InfoCommand::clients);
        SECTIONS.put("Memory", InfoCommand::memory);
        SECTIONS.put("Persistence", InfoCommand::persistence);
        SECTIONS.put("Stats", InfoCommand::stats);
        SECTIONS.put("Replication", InfoCommand::replication);
        SECTIONS.put("Cluster", InfoCommand::cluster);
        SECTIONS.put("Keyspace", InfoCommand::keyspace);
    }

    private InfoCommand() {}

    static void info(KvSession session) {
        StringBuilder text = new StringBuilder();
        SECTIONS.forEach((name, section) -> {
            if (isAskedFor(session.args, name)) {
                text.append(text.isEmpty() ? "" : "\r\n");
                text.append("# ").append(name).append("\r\n");
                section.accept(text, session.engine);
            }
        });
        session.reply.verbatim(text.toString());
    }

    private static boolean isAskedFor(RespReader args, String section) {
        boolean asked = args.count() == 1;
        for (int i = 1; i < args.count(); i++) {
            asked |= args.is(i, section.toUpperCase(Locale.ROOT))
                    || args.is(i, "DEFAULT")
                    || args.is(i, "ALL")
                    || args.is(i, "EVERYTHING");
        }
        return asked;
    }

    private static void server(StringBuilder text, KvEngine engine) {
        long uptimeSeconds = (engine.nowMillis() - engine.stats.startedMillis) / 1000;
        line(text, "redis_version", REDIS_VERSION);
        line(text, "server_name", "tandem-kv");
        line(text, "redis_mode", "standalone");
        line(text, "os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        line(text, "arch_bits", 64);
        line(text, "java_version", System.getProperty("java.version"));
        line(text, "process_id", ProcessHandle.current().pid());
        line(text, "uptime_in_seconds", uptimeSeconds);
        line(text, "uptime_in_days", uptimeSeconds / 86_400);
    }

    private static void clients(StringBuilder text, KvEngine engine) {
        line(text, "connected_clients", engine.sessionCount());
        line(text, "pubsub_clients", engine.channels.subscriberCount());
        line(text, "blocked_clients", 0);
    }

    private static void memory(StringBuilder text, KvEngine engine) {
        Runtime runtime = Runtime.getRuntime();
        line(text, "used_memory", engine.usedBytes());
        line(text, "used_memory_heap", runtime.totalMemory() - runtime.freeMemory());
        line(text, "total_heap", runtime.maxMemory());
        line(text, "maxmemory", engine.settings.memoryBytesMax());
        line(text, "maxmemory_policy", "noeviction");
    }

    private static void persistence(StringBuilder text, KvEngine engine) {
        line(text, "loading", 0);
        line(text, "rdb_bgsave_in_progress", 0);
        line(text, "aof_enabled", 0);
    }

    private static void stats(StringBuilder text, KvEngine engine) {
        line(text, "total_connections_received", engine.stats.connectionsReceived);
        line(text, "total_commands_processed", engine.stats.commandsProcessed);
        line(text, "expired_keys", engine.expired());
        line(text, "evicted_keys", 0);
        line(text, "keyspace_hits", engine.stats.keyspaceHits);
        line(text, "keyspace_misses", engine.stats.keyspaceMisses);
        line(text, "pubsub_channels", engine.channels.count());
        line(text, "total_error_replies", engine.stats.errorReplies);
    }

    private static void replication(StringBuilder text, KvEngine engine) {
        line(text, "role", "master");
        line(text, "connected_slaves", 0);
    }

    private static void cluster(StringBuilder text, KvEngine engine) {
        line(text, "cluster_enabled", 0);
    }

    private static void keyspace(StringBuilder text, KvEngine engine) {
        for (int i = 0; i < KvEngine.DATABASES; i++) {
            KeyValueStore store = engine.hasDatabase(i) ? engine.database(i) : null;
            if (store != null && store.size() > 0) {
                line(text, "db" + i, "keys=" + store.size() + ",expires=" + store.expiring() + ",avg_ttl=0");
            }
        }
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(name).append(':').append(value).append("\r\n");
    }
}
