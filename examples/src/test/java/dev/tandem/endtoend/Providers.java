package dev.tandem.endtoend;

import dev.tandem.transport.TransportProvider;
import java.util.ServiceLoader;

/** The engines that are installed. */
final class Providers {

    private Providers() {}

    static TransportProvider named(String name) {
        return ServiceLoader.load(TransportProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
