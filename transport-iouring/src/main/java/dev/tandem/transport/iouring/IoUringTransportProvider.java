package dev.tandem.transport.iouring;

import dev.tandem.transport.TransportProvider;

/** Offers the io_uring engine to {@link java.util.ServiceLoader}. */
public final class IoUringTransportProvider implements TransportProvider {

    @Override
    public String name() {
        return "io_uring";
    }
}
