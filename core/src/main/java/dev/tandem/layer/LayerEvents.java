package dev.tandem.layer;

import dev.tandem.transport.SocketEvents;

/** What a layer is told of one socket. On the thread of its loop. */
public interface LayerEvents extends SocketEvents {

    /** The layer is not open at its deadline, or has failed and not closed the socket by then: it does so now. */
    void onOverdue();

    /** The server drains, and the layer is not open: a socket on which nothing has happened yet is closed. */
    void onDrain();
}
