package dev.tandem.examples.kv;

/** The way to a connection that did not ask: where messages go that answer none of its requests. */
@FunctionalInterface
interface Outbox {

    /**
     * Sends these bytes, after everything that was pushed before. Called on any thread, while the engine's lock is held:
     * an implementation hands the bytes to the connection's own loop and returns at once. The array is shared between
     * subscribers and not changed by anybody.
     */
    void push(byte[] message);
}
