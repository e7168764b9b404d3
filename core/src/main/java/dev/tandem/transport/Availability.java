package dev.tandem.transport;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The answer to "does this engine work here?".
 *
 * @param obstacle what stands in the way; empty if the engine works
 * @param detail the system's own words about the obstacle, such as {@code io_uring_setup failed: EPERM}; empty if the
 *     engine works
 * @param features the features of the kernel that the engine will use, by name; empty if it does not work
 */
public record Availability(Optional<Obstacle> obstacle, String detail, List<String> features) {

    /** Copies the features. */
    public Availability {
        Objects.requireNonNull(obstacle, "obstacle");
        Objects.requireNonNull(detail, "detail");
        features = List.copyOf(features);
    }

    /** The engine works, with these features. */
    public static Availability available(List<String> features) {
        return new Availability(Optional.empty(), "", features);
    }

    /** The engine does not work. */
    public static Availability unavailable(Obstacle obstacle, String detail) {
        return new Availability(Optional.of(obstacle), detail, List.of());
    }

    /** Whether the engine works. */
    public boolean isAvailable() {
        return obstacle.isEmpty();
    }
}
