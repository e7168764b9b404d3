/**
 * An HTTP/1.1 and WebSocket server made of Netty's handlers, as they would run on Netty's own channels.
 *
 * <pre>
 *   bytes -- HttpServerCodec -- HttpServerKeepAliveHandler -- HttpObjectAggregator
 *                                   -- WebSocketServerProtocolHandler -- WebSocketEcho -- Pages
 * </pre>
 */
package dev.tandem.examples.http;
