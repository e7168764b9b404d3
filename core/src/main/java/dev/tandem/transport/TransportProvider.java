package dev.tandem.transport;

/** An engine that can be found with {@link java.util.ServiceLoader}. Its methods may be called from any thread. */
public interface TransportProvider {

    /** The engine's name in options, logs and reports, in lower case: {@code epoll}, {@code io_uring}. */
    String name();

    /**
     * Whether this engine works on this host, and if not, why. Opens nothing that stays open, logs nothing and never
     * throws because of the host.
     */
    Availability probe();

    /**
     * Opens the engine.
     *
     * @throws TransportUnavailableException if the engine does not work here; {@link #probe} says so beforehand, except
     *     for what changed since
     */
    Transport open(TransportConfig config);
}
