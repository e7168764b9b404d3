package dev.tandem.server;

import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportLoops;
import dev.tandem.transport.TransportUnavailableException;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An engine and the event loops that run on it, each on a thread of its own. For any thread. */
public final class EventLoops {

    private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

    /** What ending may take when nothing is left to do. It takes milliseconds, but for a loop that is blocked. */
    private static final Duration END = Duration.ofSeconds(2);

    private final TransportSelection selection;
    private final TransportLoops group;
    private final List<IoEventLoop> all = new ArrayList<>();

    private EventLoops(TransportSelection selection, int count) {
        this.selection = selection;
        Transport transport = selection.transport();
        this.group =
                new TransportLoops(count, new DefaultThreadFactory("tandem-" + transport.name(), false), transport);
        group.forEach(executor -> all.add((IoEventLoop) executor));
    }

    /**
     * Starts loops on the engine that was chosen.
     *
     * @param choice which engine; the system property {@code tandem.transport} and the environment variable {@code
     *     TANDEM_TRANSPORT} override it
     * @throws TransportUnavailableException if the engine required does not work here
     */
    public static EventLoops start(Optional<TransportChoice> choice, TransportConfig config, int count) {
        TransportSelection selection = TransportSelection.select(choice, config);
        try {
            return start(selection, count);
        } catch (TransportUnavailableException loopsRefused) {
            return start(selection.after(loopsRefused, config), count);
        }
    }

    private static EventLoops start(TransportSelection selection, int count) {
        try {
            return new EventLoops(selection, count);
        } catch (IllegalStateException e) {
            // What Netty makes of a loop that could not be created.
            throw e.getCause() instanceof TransportUnavailableException refused ? refused : e;
        }
    }

    /** The engine. */
    public Transport transport() {
        return selection.transport();
    }

    /** Which engine it is, and why. */
    public TransportVerdict verdict() {
        return selection.verdict();
    }

    /** The loops, always in the same order. */
    public List<IoEventLoop> all() {
        return List.copyOf(all);
    }

    /** Whether the calling thread is one of the loops'. */
    public boolean isOnLoop() {
        return all.stream().anyMatch(IoEventLoop::inEventLoop);
    }

    /** Ends the loops and closes what is open on them. Returns when they have ended. */
    public void end() {
        if (!group.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly(END.toMillis())) {
            LOG.warn("Not all loops have ended within {} ms: a handler blocks them.", END.toMillis());
        }
    }
}
