package dev.tandem.transport.epoll;

import dev.tandem.transport.TransportProvider;

/** Offers the epoll engine to {@link java.util.ServiceLoader}. */
public final class EpollTransportProvider implements TransportProvider {

    @Override
    public String name() {
        return "epoll";
    }
}
