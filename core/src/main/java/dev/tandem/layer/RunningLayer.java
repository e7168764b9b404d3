package dev.tandem.layer;

import dev.tandem.transport.StreamSocket;
import java.time.Duration;

/** A layer at work. For any thread, unless a method says otherwise. */
public interface RunningLayer extends AutoCloseable {

    /**
     * A socket was accepted. It receives nothing until the layer lets it. Called on the loop of the socket.
     *
     * @param upper who is to be told, later and also during this call, that the layer is open or has failed
     * @return who is told what happens to the socket; {@code onClosed} and what else concerns them is to be passed on to
     *     those above, once there are any
     */
    LayerEvents begin(StreamSocket socket, Upper upper);

    /**
     * Whether the peers of its layered sockets are others than those of the sockets below, which only speak for them. Limits per
     * address are then those of the layered sockets.
     */
    default boolean namesPeers() {
        return false;
    }

    /** How long a socket may take until the layer is open. */
    Duration deadline();

    /** Ends what runs. The server's loops have ended. */
    @Override
    void close();
}
