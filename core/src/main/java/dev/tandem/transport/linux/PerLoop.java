package dev.tandem.transport.linux;

import io.netty.channel.IoEventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** What an engine keeps for each loop: made when the loop is first used, released when the loop has ended. */
public final class PerLoop<T> {

    private final Map<IoEventLoop, T> values = new ConcurrentHashMap<>();
    private final Function<IoEventLoop, T> create;
    private final Consumer<T> release;

    /** Creates on the thread that asks first; releases on the loop's thread. */
    public PerLoop(Function<IoEventLoop, T> create, Consumer<T> release) {
        this.create = create;
        this.release = release;
    }

    /** What is kept for this loop. */
    public T of(IoEventLoop loop) {
        T known = values.get(loop);
        return known != null ? known : values.computeIfAbsent(loop, this::make);
    }

    private T make(IoEventLoop loop) {
        T made = create.apply(loop);
        loop.terminationFuture().addListener(ended -> {
            values.remove(loop);
            release.accept(made);
        });
        return made;
    }
}
