package dev.tandem.examples.kv;

/** Counts for INFO, guarded by the engine's lock. */
final class KvStats {

    final long startedMillis;
    long connectionsReceived;
    long commandsProcessed;
    long errorReplies;
    long keyspaceHits;
    long keyspaceMisses;

    KvStats(long startedMillis) {
        this.startedMillis = startedMillis;
    }

    void reset() {
        connectionsReceived = 0;
        commandsProcessed = 0;
        errorReplies = 0;
        keyspaceHits = 0;
        keyspaceMisses = 0;
    }
}
