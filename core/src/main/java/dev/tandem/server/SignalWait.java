package dev.tandem.server;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for SIGTERM or SIGINT, then drains; a second signal aborts what is still open. Signals count from the moment this is
 * made, so that none is lost between the start of a server and the wait.
 *
 * <p>The JDK's only interface for this is {@code sun.misc.Signal} of the module jdk.unsupported, which is reached by name
 * because compilers warn about it and small run-time images may leave it out; without it a shutdown hook does the same, but
 * for the second signal and the exit code.
 */
final class SignalWait implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SignalWait.class);

    /** Takes a signal back to what it did before. */
    private interface Restoring {
        void restore() throws ReflectiveOperationException;
    }

    private final CountDownLatch first = new CountDownLatch(1);
    private final AtomicInteger signals = new AtomicInteger();
    private final List<Restoring> handled = new ArrayList<>();
    private volatile TcpServer server;

    SignalWait() {
        try {
            handle("TERM");
            handle("INT");
        } catch (ReflectiveOperationException noSignals) {
            LOG.debug("jdk.unsupported is not there: a shutdown hook drains.", noSignals);
        }
    }

    /** Waits for a signal, drains, and returns the exit code. */
    int awaitAndDrain(TcpServer running) {
        server = running;
        if (handled.isEmpty()) {
            Runtime.getRuntime().addShutdownHook(new Thread(running::drain, "tandem-drain"));
        }
        try {
            first.await();
        } catch (InterruptedException e) {
            LOG.info("The waiting thread was interrupted: draining.");
        }
        if (signals.get() > 1) {
            // The second came before there was a server to tell.
            running.abortDrain();
        }
        return running.drain().exitCode();
    }

    private void handle(String name) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object handler = Proxy.newProxyInstance(
                handlerType.getClassLoader(),
                new Class<?>[] {handlerType},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "handle" -> {
                        onSignal(name);
                        yield null;
                    }
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "tandem-signal-handler";
                });
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        Method register = signalType.getMethod("handle", signalType, handlerType);
        Object before = register.invoke(null, signal, handler);
        handled.add(() -> register.invoke(null, signal, before));
    }

    private void onSignal(String name) {
        if (signals.incrementAndGet() == 1) {
            LOG.info("SIG{} received: draining.", name);
            first.countDown();
            return;
        }
        LOG.info("SIG{} received again: aborting.", name);
        TcpServer running = server;
        if (running != null) {
            running.abortDrain();
        }
    }

    /**
     * Signals do again what they did before, unless one has come: the process is asked to end then, and one that comes late
     * must not change its exit code.
     */
    @Override
    public void close() {
        if (signals.get() > 0) {
            return;
        }
        for (Restoring signal : handled) {
            try {
                signal.restore();
            } catch (ReflectiveOperationException e) {
                LOG.debug("A signal handler could not be taken back.", e);
            }
        }
    }
}
