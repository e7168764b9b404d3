package dev.tandem.server;

import dev.tandem.transport.Availability;
import dev.tandem.transport.Obstacle;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportProvider;
import dev.tandem.transport.TransportUnavailableException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;

/**
 * Turns a wish into an open engine and a verdict.
 *
 * @param transport the engine, open
 * @param verdict what it is, and why
 */
record TransportSelection(Transport transport, TransportVerdict verdict) {

    static final String PROPERTY = "tandem.transport";
    static final String VARIABLE = "TANDEM_TRANSPORT";

    /** Selects among the engines that are installed; the system property and the environment override {@code asked}. */
    static TransportSelection select(Optional<TransportChoice> asked, TransportConfig config) {
        return select(asked, config, installed(), System::getProperty, System::getenv);
    }

    /** Selects again when the engine of this selection did not start although its probe had promised that it would. */
    TransportSelection after(TransportUnavailableException refused, TransportConfig config) {
        List<TransportProvider> others = installed().stream()
                .map(provider -> provider.name().equals(refused.engine()) ? new Refused(provider, refused) : provider)
                .toList();
        return resolve(new Wish(verdict.requested(), verdict.requestedBy()), config, others);
    }

    /** An engine of which it is known by now that it does not work. */
    private record Refused(TransportProvider provider, TransportUnavailableException why) implements TransportProvider {

        @Override
        public String name() {
            return provider.name();
        }

        @Override
        public Availability probe() {
            return why.availability();
        }

        @Override
        public Transport open(TransportConfig config) {
            throw why;
        }
    }

    static TransportSelection select(
            Optional<TransportChoice> asked,
            TransportConfig config,
            List<TransportProvider> installed,
            Function<String, String> properties,
            Function<String, String> environment) {
        String property = properties.apply(PROPERTY);
        String variable = environment.apply(VARIABLE);
        if (property != null) {
            return resolve(override("system property " + PROPERTY, property), config, installed);
        }
        if (variable != null) {
            return resolve(override("environment variable " + VARIABLE, variable), config, installed);
        }
        Wish wish = asked.map(choice -> new Wish(choice, "code"))
                .orElseGet(() -> new Wish(TransportChoice.auto(), "default"));
        return resolve(wish, config, installed);
    }

    private record Wish(TransportChoice choice, String by) {}

    private static Wish override(String by, String text) {
        try {
            return new Wish(TransportChoice.parse(text), by);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The " + by + " is wrong. " + e.getMessage());
        }
    }

    private static TransportSelection resolve(Wish wish, TransportConfig config, List<TransportProvider> installed) {
        String name = wish.choice().name();
        Availability availability = probe(name, installed);
        if (availability.isAvailable()) {
            return open(wish, name, config, installed, Optional.empty());
        }
        String other = name.equals(TransportChoice.EPOLL) ? TransportChoice.IO_URING : TransportChoice.EPOLL;
        boolean mayFallBack = wish.choice().policy() != TransportChoice.Policy.REQUIRE;
        if (mayFallBack && probe(other, installed).isAvailable()) {
            return open(wish, other, config, installed, Optional.of(availability));
        }
        throw new TransportUnavailableException(name, availability);
    }

    private static TransportSelection open(
            Wish wish,
            String name,
            TransportConfig config,
            List<TransportProvider> installed,
            Optional<Availability> refused) {
        Transport transport = find(name, installed).orElseThrow().open(config);
        return new TransportSelection(
                transport, new TransportVerdict(wish.choice(), wish.by(), name, transport.features(), refused));
    }

    private static Availability probe(String name, List<TransportProvider> installed) {
        return find(name, installed)
                .map(TransportProvider::probe)
                .orElseGet(() -> Availability.unavailable(
                        Obstacle.NOT_INSTALLED,
                        "no provider of " + name + " was found on the class path or module path"));
    }

    private static Optional<TransportProvider> find(String name, List<TransportProvider> installed) {
        return installed.stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst();
    }

    private static List<TransportProvider> installed() {
        return ServiceLoader.load(TransportProvider.class, TransportProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
