package dev.tandem.server;

import dev.tandem.transport.Availability;
import dev.tandem.transport.Obstacle;
import java.util.List;
import java.util.Optional;

/**
 * Which engine a server runs on, and why.
 *
 * @param requested what was asked for
 * @param requestedBy who asked: {@code default}, {@code code}, {@code system property tandem.transport} or {@code
 *     environment variable TANDEM_TRANSPORT}
 * @param name the engine in use
 * @param features the features of the kernel in use
 * @param refused why the engine asked for is not the one in use; empty if it is
 */
public record TransportVerdict(
        TransportChoice requested,
        String requestedBy,
        String name,
        List<String> features,
        Optional<Availability> refused) {

    /** What stood in the way of the engine asked for; empty if that is the one in use. */
    public Optional<Obstacle> obstacle() {
        return refused.flatMap(Availability::obstacle);
    }

    /** One line for people: what runs, what was asked for and by whom, and why it is something else. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(
                "transport=" + name + " " + features + " requested=" + requested + " by " + requestedBy);
        refused.ifPresent(reason -> {
            Obstacle obstacle = reason.obstacle().orElseThrow();
            line.append("; ")
                    .append(requested.name())
                    .append(" not used: ")
                    .append(reason.detail())
                    .append(" (");
            line.append(obstacle).append("). ").append(obstacle.remedy());
        });
        return line.toString();
    }
}
