package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Bytes come whole, in order and as a loan. */
abstract class ReceivingRules extends ContractGroup {

    ReceivingRules(Function<TransportConfig, Transport> engine) {
        super(engine);
    }

    @Test
    void echoesWhatItReceives() throws Exception {
        Server server = serve(Echo::on);
        Peer peer = server.connect();
        Pattern pattern = new Pattern(1);
        for (int i = 0; i < 50; i++) {
            peer.send(pattern.bytes(i * 1000L, 1000));
            pattern.verify(i * 1000L, peer.receive(1000), 1000);
        }
        peer.finishSending();
        assertThat(peer.seesEnd()).isTrue();
    }
}
