package dev.tandem.transport.linux;

import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import io.netty.channel.IoEventLoop;
import io.netty.channel.unix.Socket;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** Makes the sockets of an engine from descriptors that are connected. */
@FunctionalInterface
public interface SocketFactory {

    /** A socket that shall live on {@code loop}. */
    DescriptorSocket newSocket(IoEventLoop loop, Socket connected);

    /**
     * Opens a socket on {@code loop}, which is the calling thread's. {@code asker} says who is told what happens to it; if
     * nobody is, the peer sees a reset.
     *
     * @return false, and the descriptor is still the caller's, if the connection cannot live on that loop
     */
    default boolean open(IoEventLoop loop, Socket connected, Function<StreamSocket, SocketEvents> asker) {
        if (loop.isShuttingDown()) {
            // The loop has closed what was open on it, and would not come back for this one.
            return false;
        }
        DescriptorSocket socket;
        try {
            socket = newSocket(loop, connected);
            socket.registration = loop.register(socket).get();
        } catch (Throwable thrown) {
            LoggerFactory.getLogger(SocketFactory.class).error("A connection could not be registered.", thrown);
            return false;
        }
        SocketEvents events = null;
        try {
            events = asker.apply(socket);
        } catch (Throwable thrown) {
            LoggerFactory.getLogger(SocketFactory.class).error("A new connection is aborted.", thrown);
        }
        if (events == null) {
            socket.abort();
        } else {
            socket.claim(events);
        }
        return true;
    }
}
