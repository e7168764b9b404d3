package dev.tandem.layer;

/**
 * Describes a layer between the sockets that a listener accepts and their connections. Changes nothing by itself, and may be
 * used by several listeners and servers.
 */
public interface SocketLayer {

    /**
     * Makes what runs as long as a server does. Called when the server starts, before it listens.
     *
     * @throws IllegalArgumentException if the layer cannot work as described, such as for a file that cannot be read; the
     *     message says what and why in one line
     */
    RunningLayer start();
}
