package dev.tandem.server;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for SIGTERM or SIGINT, then drains; a second signal aborts what is still open. The JDK's only interface for this is
 * {@code sun.misc.Signal} of the module jdk.unsupported, which is reached by name because compilers warn about it and small
 * run-time images may leave it out; without it a shutdown hook does the same, but for the second signal and the exit code.
 */
final class SignalWait {

    private static final Logger LOG = LoggerFactory.getLogger(SignalWait.class);

    private final CountDownLatch first = new CountDownLatch(1);
    private final AtomicInteger signals = new AtomicInteger();

    int awaitAndDrain(TcpServer server, Drain drain) {
        try {
            handle("TERM", drain);
            handle("INT", drain);
        } catch (ReflectiveOperationException noSignals) {
            LOG.debug("jdk.unsupported is not there: a shutdown hook drains.", noSignals);
            Runtime.getRuntime().addShutdownHook(new Thread(server::drain, "tandem-drain"));
        }
        try {
            first.await();
        } catch (InterruptedException e) {
            LOG.info("The waiting thread was interrupted: draining.");
        }
        return server.drain().exitCode();
    }

    private void handle(String name, Drain drain) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object handler = Proxy.newProxyInstance(
                handlerType.getClassLoader(),
                new Class<?>[] {handlerType},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "handle" -> {
                        onSignal(name, drain);
                        yield null;
                    }
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "tandem-signal-handler";
                });
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
    }

    private void onSignal(String name, Drain drain) {
        if (signals.incrementAndGet() == 1) {
            LOG.info("SIG{} received: draining.", name);
            first.countDown();
        } else {
            LOG.info("SIG{} received again: aborting.", name);
            drain.abortNow();
        }
    }
}
