package dev.tandem.transport.epoll;

import dev.tandem.transport.Availability;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportProvider;
import dev.tandem.transport.TransportUnavailableException;
import dev.tandem.transport.linux.HostCheck;
import io.netty.channel.epoll.Epoll;
import java.util.List;

/** Offers the epoll engine to {@link java.util.ServiceLoader}. */
public final class EpollTransportProvider implements TransportProvider {

    static final String NAME = "epoll";
    static final List<String> FEATURES = List.of("level-triggered", "accept4");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability probe() {
        if (!HostCheck.isLinux()) {
            return HostCheck.notLinux();
        }
        if (Epoll.isAvailable()) {
            return Availability.available(FEATURES);
        }
        return HostCheck.unavailable("epoll", Epoll.unavailabilityCause());
    }

    @Override
    public Transport open(TransportConfig config) {
        Availability availability = probe();
        if (!availability.isAvailable()) {
            throw new TransportUnavailableException(NAME, availability);
        }
        return new EpollTransport(config);
    }
}
