package dev.tandem.layer;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The sockets of one loop that are no connections yet, because a layer is not open. For the thread of the loop. */
public final class Passages {

    private final Set<Passage> passages = new LinkedHashSet<>();

    /** None yet. */
    public Passages() {}

    void add(Passage passage) {
        passages.add(passage);
    }

    void remove(Passage passage) {
        passages.remove(passage);
    }

    /** Some time has passed: ends those that are overdue. */
    public void onTick() {
        if (!passages.isEmpty()) {
            long now = System.nanoTime();
            each(passage -> passage.onTick(now));
        }
    }

    /** Ends those on which nothing has happened yet; the others may go on. */
    public void drain() {
        each(Passage::drain);
    }

    /** Ends all of them at once. */
    public void abortAll() {
        each(Passage::abort);
    }

    /** What is done to one may make it leave. */
    private void each(Consumer<Passage> action) {
        List.copyOf(passages).forEach(action);
    }
}
