package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What every transport promises. A transport's tests extend this class and name their engine. */
public abstract class TransportContract {

    private final String name;

    protected TransportContract(String name) {
        this.name = name;
    }

    /** Opens the transport under test. Override to run the contract with settings that the provider does not offer. */
    protected Transport open(TransportConfig config) {
        return provider().open(config);
    }

    private TransportProvider provider() {
        return ServiceLoader.load(TransportProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No provider is named " + name + "."));
    }

    @Test
    void isFoundByName() {
        assertThat(provider().probe().isAvailable()).isTrue();
    }

    @Nested
    class Accepting extends AcceptingRules {
        Accepting() {
            super(TransportContract.this::open);
        }
    }

    @Nested
    class Receiving extends ReceivingRules {
        Receiving() {
            super(TransportContract.this::open);
        }
    }

    @Nested
    class Pausing extends PausingRules {
        Pausing() {
            super(TransportContract.this::open);
        }
    }

    @Nested
    class Sending extends SendingRules {
        Sending() {
            super(TransportContract.this::open);
        }
    }

    @Nested
    class Calls extends CallRules {
        Calls() {
            super(TransportContract.this::open);
        }
    }

    @Nested
    class Loans extends LoanRules {
        Loans() {
            super(TransportContract.this::open);
        }
    }

    @Nested
    class Forwarding extends ForwardingRules {
        Forwarding() {
            super(TransportContract.this::open);
        }
    }

    @Nested
    class Closing extends ClosingRules {
        Closing() {
            super(TransportContract.this::open);
        }
    }

    @Nested
    class Faults extends FaultRules {
        Faults() {
            super(TransportContract.this::open);
        }
    }

    @Nested
    class Chance extends RandomRules {
        Chance() {
            super(TransportContract.this::open);
        }
    }

    @Nested
    class Loops extends LoopRules {
        Loops() {
            super(TransportContract.this::open);
        }
    }
}
