package dev.tandem.transport;

/** An engine was asked for that does not work on this host. The message says why and what to do about it. */
public final class TransportUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Obstacle obstacle;

    /** The engine {@code name} does not work because of {@code availability}, which must name an obstacle. */
    public TransportUnavailableException(String name, Availability availability) {
        super(message(name, availability));
        this.obstacle = availability.obstacle().orElseThrow();
    }

    /** What stands in the way. */
    public Obstacle obstacle() {
        return obstacle;
    }

    private static String message(String name, Availability availability) {
        Obstacle obstacle = availability.obstacle().orElseThrow();
        return "The transport " + name + " cannot be used: " + availability.detail() + " (" + obstacle + "). "
                + obstacle.remedy();
    }
}
