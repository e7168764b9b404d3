/**
 * Framing and typed codecs: pure functions over bytes. This package knows no socket, no connection and no server, so
 * everything in it can be tested with a buffer alone.
 *
 * <pre>
 *   received bytes --&gt; FrameReader.read --&gt; body, in place --&gt; Codec.decode --&gt; message
 *   message --&gt; Framing.begin, Codec.encode, Framing.end --&gt; bytes of the connection's outbound buffer
 * </pre>
 */
package dev.tandem.codec;
