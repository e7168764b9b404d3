package dev.tandem.examples;

import dev.tandem.transport.TransportProvider;
import java.util.List;
import java.util.ServiceLoader;

/** Starts the example that the first argument names. */
public final class Main {

    private Main() {}

    /** Prints how to call an example, and the transports that were found. */
    public static void main(String[] arguments) {
        List<String> transports = ServiceLoader.load(TransportProvider.class).stream()
                .map(provider -> provider.get().name())
                .toList();
        System.out.println("Usage: tandem echo [options]. Transports: " + String.join(", ", transports));
    }
}
