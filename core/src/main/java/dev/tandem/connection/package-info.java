/**
 * One connection: its life, the bytes received but not yet used, the bytes written but not yet sent. Works on any {@link
 * dev.tandem.transport.StreamSocket}; knows no server.
 *
 * <pre>
 *   onReceived(loan) --&gt; Inbound: kept tail + loan --&gt; ConnectionHandler.onBytes
 *                                                            |
 *   send  &lt;-- end of the chunk, or of the turn &lt;-- Outbound &lt;-- Connection.write
 * </pre>
 */
package dev.tandem.connection;
