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
    private final Family family;

    protected TransportContract(String name) {
        this(name, Family.TCP);
    }

    /** The contract for sockets of another kind than TCP. */
    protected TransportContract(String name, Family family) {
        this.name = name;
        this.family = family;
    }

    private Subject subject() {
        return new Subject(this::open, family);
    }

    /** Opens the transport under test. Override to run the contract with settings that the provider does not offer. */
    protected Transport open(TransportConfig config) {
        return provider().open(config);
    }

    /**
     * Whether sending to a peer that is gone is an error and nothing else. Override where the kernel raises SIGPIPE as well,
     * and say why; the JVM ignores that signal.
     */
    protected boolean sendsWithoutSignal() {
        return true;
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
            super(subject());
        }
    }

    @Nested
    class Connecting extends ConnectingRules {
        Connecting() {
            super(subject());
        }
    }

    @Nested
    class InheritedSockets extends InheritedSocketRules {
        InheritedSockets() {
            super(subject());
        }
    }

    @Nested
    class UnixSockets extends UnixSocketRules {
        UnixSockets() {
            super(subject());
        }
    }

    @Nested
    class Receiving extends ReceivingRules {
        Receiving() {
            super(subject());
        }
    }

    @Nested
    class Pausing extends PausingRules {
        Pausing() {
            super(subject());
        }
    }

    @Nested
    class Sending extends SendingRules {
        Sending() {
            super(subject(), sendsWithoutSignal());
        }
    }

    @Nested
    class Calls extends CallRules {
        Calls() {
            super(subject());
        }
    }

    @Nested
    class Loans extends LoanRules {
        Loans() {
            super(subject());
        }
    }

    @Nested
    class Forwarding extends ForwardingRules {
        Forwarding() {
            super(subject());
        }
    }

    @Nested
    class Closing extends ClosingRules {
        Closing() {
            super(subject());
        }
    }

    @Nested
    class Faults extends FaultRules {
        Faults() {
            super(subject());
        }
    }

    @Nested
    class Chance extends RandomRules {
        Chance() {
            super(subject());
        }
    }

    @Nested
    class Loops extends LoopRules {
        Loops() {
            super(subject());
        }
    }
}
