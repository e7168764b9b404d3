package dev.tandem.transport;

/** An engine was asked for that does not work on this host. The message says why and what to do about it. */
public final class TransportUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String engine;
    private final transient Availability availability;

    /** The engine {@code name} does not work because of {@code availability}, which must name an obstacle. */
    public TransportUnavailableException(String name, Availability availability) {
        super(message(name, availability));
        this.engine = name;
        this.availability = availability;
    }

    /** The name of the engine. */
    public String engine() {
        return engine;
    }

    /** What stands in the way, in the words of the system. */
    public Availability availability() {
        return availability;
    }

    /** What stands in the way. */
    public Obstacle obstacle() {
        return availability.obstacle().orElseThrow();
    }

    private static String message(String name, Availability availability) {
        Obstacle obstacle = availability.obstacle().orElseThrow();
        return "The transport " + name + " cannot be used: " + availability.detail() + " (" + obstacle + "). "
                + obstacle.remedy();
    }
}
