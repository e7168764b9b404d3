package dev.tandem.server;

import java.util.Objects;

/**
 * Which engine a server asks for.
 *
 * @param policy what happens if the engine does not work here
 * @param name the engine, {@code epoll} or {@code io_uring}
 */
public record TransportChoice(Policy policy, String name) {

    /** What happens if the engine asked for does not work on this host. */
    public enum Policy {
        /** Nothing was asked for: epoll, which is everywhere. */
        AUTO,
        /** Another engine is used, and the reason is logged. */
        PREFER,
        /** The server does not start. */
        REQUIRE
    }

    /** The readiness engine. */
    public static final String EPOLL = "epoll";
    /** The completion engine. */
    public static final String IO_URING = "io_uring";

    /** Requires both parts. */
    public TransportChoice {
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(name, "name");
    }

    /** The engine that never surprises: epoll. */
    public static TransportChoice auto() {
        return new TransportChoice(Policy.AUTO, EPOLL);
    }

    /** This engine if it works here, else the other one; the log says why. */
    public static TransportChoice prefer(String name) {
        return new TransportChoice(Policy.PREFER, name);
    }

    /** This engine, or the server refuses to start. */
    public static TransportChoice require(String name) {
        return new TransportChoice(Policy.REQUIRE, name);
    }

    /**
     * Reads {@code auto}, {@code epoll}, {@code io_uring} (both required) or {@code prefer:NAME}, the forms that options and
     * the environment use.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static TransportChoice parse(String text) {
        if (text.equals("auto")) {
            return auto();
        }
        boolean prefer = text.startsWith("prefer:");
        String name = prefer ? text.substring("prefer:".length()) : text;
        if (!name.equals(EPOLL) && !name.equals(IO_URING)) {
            throw new IllegalArgumentException(
                    "The transport must be auto, epoll, io_uring, prefer:epoll or prefer:io_uring, but was '" + text
                            + "'.");
        }
        return prefer ? prefer(name) : require(name);
    }

    @Override
    public String toString() {
        return switch (policy) {
            case AUTO -> "auto";
            case PREFER -> "prefer:" + name;
            case REQUIRE -> name;
        };
    }
}
