/**
 * The boundary between Tandem and the kernel. Everything above it works with any engine; everything below it is one
 * engine's business. Nothing here names a descriptor, an interest set or a submission queue.
 *
 * <p>The boundary has the shape of completions: an operation is asked for, and its result comes later as an event. An
 * engine that only knows readiness turns it into completions in a few lines; the other way round would waste an engine
 * that completes.
 *
 * <pre>
 *   Transport.listen --&gt; Listener --&gt; Acceptor.onAccepted(StreamSocket)
 *   Transport.connect --&gt; ConnectAttempt --&gt; Connector.onConnected(StreamSocket), or onConnectFailed
 *   StreamSocket: resumeReceiving  pauseReceiving  send  shutdownOutput  close  abort      (asked for)
 *   SocketEvents: onReceived  onReceiveEnd  onSent  onFailed  onClosed                     (told)
 * </pre>
 *
 * <p>The rules that make one boundary fit every engine:
 *
 * <ol>
 *   <li>A call never calls back before it returns.
 *   <li>Received bytes are a loan for the length of the callback.
 *   <li>At most one send is in flight per socket. Its bytes belong to the transport until they are reported by {@code
 *       onSent}, and everything of a socket belongs to the kernel until {@code onClosed}, also after {@code close}.
 *   <li>{@code onClosed} comes exactly once and last. What happens to a closed socket never reaches the next one that
 *       gets the same descriptor.
 *   <li>Everything of a socket happens on the thread of its loop. Other threads hand over a task.
 *   <li>What the peer or the network does is an event of that one socket. Nothing is thrown into the loop.
 * </ol>
 */
package dev.tandem.transport;
