package dev.tandem.layer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The layers of a server or of a client at work. Equal ones run once, for all who name them. For any thread. */
public final class RunningLayers {

    private final Map<SocketLayer, RunningLayer> running = new HashMap<>();
    private boolean closed;

    /** None yet. */
    public RunningLayers() {}

    /**
     * Starts those that do not run yet.
     *
     * @return the running ones, in the same order
     * @throws IllegalArgumentException if one cannot work as described
     * @throws IllegalStateException if they were closed
     */
    public synchronized List<RunningLayer> start(List<SocketLayer> layers) {
        if (closed && !layers.isEmpty()) {
            throw new IllegalStateException("The layers have ended with their server or client.");
        }
        List<RunningLayer> started = new ArrayList<>();
        for (SocketLayer layer : layers) {
            started.add(running.computeIfAbsent(layer, SocketLayer::start));
        }
        return List.copyOf(started);
    }

    /** Ends all. The loops of their sockets have ended, or carry none of these any more. */
    public synchronized void close() {
        closed = true;
        running.values().forEach(RunningLayer::close);
        running.clear();
    }
}
