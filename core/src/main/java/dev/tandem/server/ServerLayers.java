package dev.tandem.server;

import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.SocketLayer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The layers of all listeners of a server. One that is used by several of them runs once. */
final class ServerLayers {

    private final Map<SocketLayer, RunningLayer> running = new IdentityHashMap<>();

    /** Starts those that do not run yet. */
    List<RunningLayer> start(List<SocketLayer> layers) {
        List<RunningLayer> started = new ArrayList<>();
        for (SocketLayer layer : layers) {
            started.add(running.computeIfAbsent(layer, SocketLayer::start));
        }
        return List.copyOf(started);
    }

    void close() {
        running.values().forEach(RunningLayer::close);
        running.clear();
    }
}
