/**
 * Framing and typed codecs: pure functions over bytes. This package knows no socket, no connection and no server, so
 * everything in it can be tested with a buffer alone.
 *
 * <pre>
 *   received bytes --&gt; FrameReader.read --&gt; body, in place --&gt; Codec.decode --&gt; message
 *   message --&gt; Framing.begin, Codec.encode, Framing.end --&gt; bytes of the connection's outbound buffer
 * </pre>
 *
 * <p>Four framings are ready-made: {@link dev.tandem.codec.LengthPrefixed}, {@link dev.tandem.codec.Delimited},
 * {@link dev.tandem.codec.Lines} and {@link dev.tandem.codec.FixedLength}. They read and write without allocating, and
 * none exists without a limit. {@code CodecVerifier} in tandem-testkit verifies a codec or a framing of one's own.
 */
package dev.tandem.codec;
