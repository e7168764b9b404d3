package dev.tandem.testkit;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts how often a signal is raised in this process. The JVM would discard SIGPIPE silently; a program that embeds it
 * might not. By reflection, because the compiler warns about the class that the JDK has for this.
 */
final class SignalCount implements AutoCloseable {

    private final AtomicInteger count = new AtomicInteger();
    private final Object signal;
    private final Object previous;

    private SignalCount(String name) throws ReflectiveOperationException {
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object counter = Proxy.newProxyInstance(
                handlerType.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                    count.incrementAndGet();
                    return null;
                });
        signal = Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(name);
        previous = handle(counter);
    }

    /** Counts the signal {@code name}, such as {@code PIPE}, until it is closed. */
    static SignalCount of(String name) throws ReflectiveOperationException {
        return new SignalCount(name);
    }

    int count() {
        return count.get();
    }

    void raise() throws ReflectiveOperationException {
        signal.getClass().getMethod("raise", signal.getClass()).invoke(null, signal);
    }

    @Override
    public void close() throws ReflectiveOperationException {
        handle(previous);
    }

    private Object handle(Object handler) throws ReflectiveOperationException {
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        return signal.getClass()
                .getMethod("handle", signal.getClass(), handlerType)
                .invoke(null, signal, handler);
    }
}
