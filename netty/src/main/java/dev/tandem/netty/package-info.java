/**
 * The bridge to Netty's handlers: a channel whose socket is a {@link dev.tandem.connection.Connection}, on the same event
 * loop. Whatever runs in a Netty pipeline runs in one of these, and everything that Tandem promises of a connection goes on
 * to hold: its limits and deadlines, the drain of the server, the reason of its end.
 *
 * <pre>
 *   Connection --onBytes--&gt; NettyPipeline --copy--&gt; TandemChannel --channelRead--&gt; handlers
 *                                                                                    |
 *   Connection &lt;--write-- OutboundBatch &lt;-- Netty's ChannelOutboundBuffer &lt;--write, flush
 *        \------onAllSent--&gt; promises, writability, the next batch
 * </pre>
 */
package dev.tandem.netty;
