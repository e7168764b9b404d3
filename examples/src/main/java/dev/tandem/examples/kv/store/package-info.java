/**
 * The map from keys to values, both byte strings, with expiry. This package knows no protocol, no connection and no
 * thread: one thread at a time uses a store, and time is what its user says it is.
 *
 * <pre>
 *   key, in place --&gt; SipHash --&gt; 64 bits: | 8: which Segment | 30: where in it | rest unused |
 *   Segment: tag, tag, tag ...       30 bits of the hash and two flags, searched without touching anything else
 *            entry, entry, entry ... one byte[] for key, value and expiry
 * </pre>
 */
package dev.tandem.examples.kv.store;
