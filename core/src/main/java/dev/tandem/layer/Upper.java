package dev.tandem.layer;

import dev.tandem.connection.CloseReason;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;

/** Who is above a layer, for one socket: a further layer, or the connection to be. On the thread of the socket's loop. */
public interface Upper {

    /**
     * The layer is open. What is above may use {@code layered} during this call already; nothing must be told before it has
     * returned.
     *
     * @return who is told what happens; null if the socket is not wanted, and the layer aborts it
     */
    SocketEvents open(StreamSocket layered);

    /**
     * The layer will not open, and closes the socket. To be called at most once, instead of {@link #open}.
     *
     * @param why what is counted
     * @param because what is logged, at most once a second, without anything the peer could make unreadable; {@code null}
     *     if it is nothing to log, such as a peer that connected only to see whether it can
     */
    void refuse(CloseReason why, String because);
}
