package dev.tandem.transport;

/** Found through {@link java.util.ServiceLoader}: one per kernel engine. */
public interface TransportProvider {

    /** The name that selects this engine, such as {@code epoll}. */
    String name();
}
