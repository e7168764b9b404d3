package dev.tandem.transport.iouring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.transport.TransportConfig;
import org.junit.jupiter.api.Test;

/** Sizes that cannot work are refused before there is a connection. */
class RingConfigTest {

    @Test
    void receiveBuffersOfTwoGibibytesAreRefused() {
        TransportConfig config = new TransportConfig(1 << 20, false);
        assertThatThrownBy(() -> new IoUringTransportProvider().open(config, new RingConfig(512, 8192, 2048)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("receiveBuffers times receiveBytes must be at most 2147483647");
    }
}
