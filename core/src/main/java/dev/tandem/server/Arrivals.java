package dev.tandem.server;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The clients of one loop that have arrived and are no connections yet, because a layer is not open. */
final class Arrivals {

    private final Set<Arrival> arrivals = new LinkedHashSet<>();

    void add(Arrival arrival) {
        arrivals.add(arrival);
    }

    void remove(Arrival arrival) {
        arrivals.remove(arrival);
    }

    /** Some time has passed: ends those that are overdue. */
    void onTick() {
        if (!arrivals.isEmpty()) {
            long now = System.nanoTime();
            each(arrival -> arrival.onTick(now));
        }
    }

    void drain() {
        each(Arrival::drain);
    }

    void abortAll() {
        each(Arrival::abort);
    }

    /** What is done to one may make it leave. */
    private void each(Consumer<Arrival> action) {
        List.copyOf(arrivals).forEach(action);
    }
}
