/**
 * Typed messages on a connection: frames are cut and decoded where they lie, answered on the loop, asynchronously or by
 * worker threads, and the replies are encoded behind each other into what the connection sends next. Knows connections and
 * codecs, and no server.
 *
 * <pre>
 *   received bytes --&gt; Conversation: FrameReader, Codec.decode --&gt; Answers --&gt; the application's handler
 *                                                                     |
 *   Connection.write  &lt;--  Wire: Framing, Codec.encode  &lt;--  reply, Session.send, Group.send
 * </pre>
 */
package dev.tandem.message;
