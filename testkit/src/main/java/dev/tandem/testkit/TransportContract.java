package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.TransportProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** What every transport promises. A transport's tests extend this class and name their engine. */
public abstract class TransportContract {

    private final String name;

    protected TransportContract(String name) {
        this.name = name;
    }

    @Test
    void isFoundByName() {
        assertThat(ServiceLoader.load(TransportProvider.class))
                .extracting(TransportProvider::name)
                .contains(name);
    }
}
