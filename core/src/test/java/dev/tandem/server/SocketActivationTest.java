package dev.tandem.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.transport.InheritedSocket;
import dev.tandem.transport.TransportException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the environment promises, and to whom. */
class SocketActivationTest {

    private static List<InheritedSocket> sockets(String count, String pid) throws TransportException {
        Map<String, String> environment = new HashMap<>();
        environment.put("LISTEN_FDS", count);
        environment.put("LISTEN_PID", pid);
        return SocketActivation.sockets(environment::get, 4711);
    }

    @Test
    void theSocketsBeginAtThree() throws Exception {
        assertThat(sockets("1", "4711")).containsExactly(new InheritedSocket(3));
        assertThat(sockets("3", "4711"))
                .containsExactly(new InheritedSocket(3), new InheritedSocket(4), new InheritedSocket(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "", "two", "1001", "99999", "1 "})
    void aCountThatIsNoneSaysSo(String count) {
        assertThatThrownBy(() -> sockets(count, "4711"))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("LISTEN_FDS must be from 1 to 1000");
    }

    @Test
    void socketsOfAnotherProcessAreNotOurs() {
        assertThatThrownBy(() -> sockets("1", "47\n11"))
                .hasMessageContaining("LISTEN_PID is '47?11', and this is process 4711");
        assertThatThrownBy(() -> sockets(null, "4711")).hasMessageContaining("not set");
        assertThatThrownBy(() -> sockets("1", null)).hasMessageContaining("not set");
    }

    @Test
    void noSocketHasTheNumberOfAStandardStream() {
        assertThatThrownBy(() -> new InheritedSocket(2)).isInstanceOf(IllegalArgumentException.class);
    }
}
