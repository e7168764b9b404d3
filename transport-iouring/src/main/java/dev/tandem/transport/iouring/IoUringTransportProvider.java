package dev.tandem.transport.iouring;

import dev.tandem.transport.Availability;
import dev.tandem.transport.Obstacle;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportProvider;
import dev.tandem.transport.TransportUnavailableException;
import dev.tandem.transport.linux.HostCheck;
import io.netty.channel.uring.IoUring;

/** Offers the io_uring engine to {@link java.util.ServiceLoader}. */
public final class IoUringTransportProvider implements TransportProvider {

    static final String NAME = "io_uring";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability probe() {
        if (!HostCheck.isLinux()) {
            return HostCheck.notLinux();
        }
        if (IoUring.isAvailable()) {
            return Availability.available(RingFeatures.inUse().names());
        }
        Throwable cause = IoUring.unavailabilityCause();
        Obstacle otherwise =
                cause instanceof UnsupportedOperationException ? Obstacle.KERNEL_TOO_OLD : Obstacle.UNKNOWN;
        return HostCheck.unavailable("io_uring_setup", cause, otherwise);
    }

    @Override
    public Transport open(TransportConfig config) {
        return open(config, RingConfig.DEFAULT);
    }

    /**
     * Opens the engine with rings of other sizes than the default.
     *
     * @throws IllegalArgumentException if the receive buffers of a loop would take 2 GiB or more together
     */
    public Transport open(TransportConfig config, RingConfig rings) {
        requireAddressable((long) rings.receiveBuffers() * config.receiveBytes());
        Availability availability = probe();
        if (!availability.isAvailable()) {
            throw new TransportUnavailableException(NAME, availability);
        }
        return new IoUringTransport(config, rings, RingFeatures.inUse());
    }

    /** Here and not when the first connection has come, which could only be closed. */
    private static void requireAddressable(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("receiveBuffers times receiveBytes must be at most " + Integer.MAX_VALUE
                    + ", but was " + bytes + ".");
        }
    }
}
