/**
 * An in-memory key-value server that Redis clients talk to unchanged: strings with expiry, pub/sub, RESP2 and RESP3.
 *
 * <pre>
 *   received bytes --&gt; KvSession.execute --&gt; RespReader --&gt; Command --&gt; its handler --&gt; KeyValueStore
 *                                                                      |
 *   outbound bytes &lt;---------------------- RespWriter &lt;----------------+
 *
 *   KvEngine   what all connections share: databases, channels, clock; guarded by one lock
 *   KvSession  what one connection has: unfinished request, protocol version, name, database, subscriptions
 *   Outbox     the way to a connection that did not ask: a published message
 * </pre>
 *
 * <p>Nothing here knows a socket. Whoever owns the connection hands received bytes to its session and sends what the
 * session wrote.
 */
package dev.tandem.examples.kv;
