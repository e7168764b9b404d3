package dev.tandem.transport;

import java.net.SocketAddress;

/** A socket that accepts connections. Its methods may be called from any thread. */
public interface Listener {

    /** The address it is bound to, with the port the kernel chose if port 0 was asked for. */
    SocketAddress localAddress();

    /**
     * Accepts nothing more until {@link #resumeAccepting}; connections wait in the kernel's queue meanwhile. Those that the
     * kernel has handed over already still come.
     */
    void pauseAccepting();

    /** Accepts again. */
    void resumeAccepting();

    /**
     * Accepts what is waiting in the kernel's queue, so that no client that was already connected gets a reset, and then
     * closes; the queue of an {@link InheritedSocket} is left as it is. {@link Acceptor#onListenerClosed} follows, once. Does nothing when closing already.
     */
    void close();
}
