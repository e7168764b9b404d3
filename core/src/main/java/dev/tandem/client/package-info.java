/**
 * The other end: connections that are asked for. They are of the same kind as those a server accepts, with the same
 * handlers, codecs and limits, and live on loops of the client's own or beside a connection of a server, on its loop.
 *
 * <pre>
 *   TcpClient.connect --&gt; Dialing --(look up the name)--&gt; Transport.connect --&gt; (layers) --&gt; Connection
 *                            |  \-- next address of the name, while there is time
 *                            \--&gt; ConnectFailedException
 * </pre>
 *
 * <p>Names are looked up by threads of their own ({@link dev.tandem.client.NameLookup}), because the system's resolver blocks
 * and a loop must not.
 */
package dev.tandem.client;
