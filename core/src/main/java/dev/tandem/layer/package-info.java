/**
 * What may stand between a transport and its connections. A layer is a socket to those above it, and hears the events of
 * the socket below it; so it can encrypt what passes, or take a header from its front, and neither side notices.
 *
 * <pre>
 *   transport                    layer                                connection
 *   StreamSocket, accepted ---&gt;  RunningLayer.begin(socket, upper)
 *   SocketEvents -------------&gt;  LayerEvents
 *                                upper.open(layered socket) -------&gt;  Connection.open
 *                                or upper.refuse(reason)
 * </pre>
 *
 * <p>The boundary's rules hold on both sides of a layer: it never calls back before a call has returned, what it hands up is
 * a loan, and {@code onClosed} comes once and last. No connection exists before every layer has opened, so handlers never
 * see one that is half established; until then the server or the client that the socket belongs to gives the layer its
 * deadline ({@link dev.tandem.layer.Passage}).
 */
package dev.tandem.layer;
