package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.server.TcpServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connections are spread evenly over the loops. */
@OnBothTransports
class SpreadTest extends EndToEnd {

    @Test
    void fourLoopsShareAThousandConnectionsEvenly() throws Exception {
        TcpServer server = start(builder -> builder.loops(4).handler((connection, in) -> connection.write(in)));
        List<Peer> peers = connectMany(server, 1_000);

        assertThat(server.connectionsPerLoop())
                .hasSize(4)
                .allSatisfy(count -> assertThat(count).isBetween(225, 275));

        // Every third leaves, and as many come: the newcomers fill the gaps.
        for (int i = 0; i < peers.size(); i += 3) {
            peers.get(i).close();
        }
        Await.value("open connections", 666, server::connections);
        connectMany(server, 334);
        assertThat(server.connectionsPerLoop())
                .allSatisfy(count -> assertThat(count).isBetween(225, 275));
    }

    private List<Peer> connectMany(TcpServer server, int count) throws Exception {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(connect(server));
        }
        for (Peer peer : peers) {
            peer.echo("here");
        }
        return peers;
    }
}
