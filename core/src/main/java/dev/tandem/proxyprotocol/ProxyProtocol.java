package dev.tandem.proxyprotocol;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.LayerEvents;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.SocketLayer;
import dev.tandem.layer.Upper;
import dev.tandem.transport.StreamSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A layer for listeners behind a load balancer: takes the PROXY header, of version 1 or 2, from the front of each connection,
 * which then has the address of the client whom the load balancer speaks for. What has no header, a bad one, or one that is
 * not complete in time, is refused; so is whoever is not trusted to send one, because a header says whatever its sender likes.
 *
 * <pre>{@code
 * TcpServer.builder().listen("0.0.0.0", 9000, ProxyProtocol.from("10.0.0.0/8", "fd00::/8"))
 * }</pre>
 *
 * <p>Below TLS, as load balancers send it: {@code listen(host, port, ProxyProtocol.from(...), tls)}.
 */
public final class ProxyProtocol implements SocketLayer {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final List<AddressRange> trusted;
    private final Duration deadline;

    private ProxyProtocol(List<AddressRange> trusted, Duration deadline) {
        this.trusted = trusted;
        this.deadline = deadline;
    }

    /**
     * Trusts these load balancers: addresses and ranges of addresses such as {@code 10.0.0.0/8}. Who connects through a Unix
     * socket is trusted always, because the mode of its file says who may.
     *
     * @throws IllegalArgumentException if one of them is no range
     */
    public static ProxyProtocol from(String... ranges) {
        return new ProxyProtocol(Arrays.stream(ranges).map(AddressRange::parse).toList(), DEADLINE);
    }

    /** The same with another time in which the header must come; 5 s if this is not called. */
    public ProxyProtocol deadline(Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("The deadline must be longer than zero, but was " + value + ".");
        }
        return new ProxyProtocol(trusted, value);
    }

    @Override
    public RunningLayer start() {
        return new Running();
    }

    private boolean trusts(SocketAddress peer) {
        return peer instanceof UnixDomainSocketAddress
                || peer instanceof InetSocketAddress internet
                        && trusted.stream().anyMatch(range -> range.contains(internet.getAddress()));
    }

    private final class Running implements RunningLayer {

        @Override
        public LayerEvents begin(StreamSocket socket, Upper upper) {
            ProxyHeaderEvents events = new ProxyHeaderEvents(socket, upper);
            SocketAddress peer = socket.remoteAddress();
            if (peer == null) {
                // The peer has reset the connection. What it sent before could still be received, and nobody knows from
                // whom.
                events.leave(CloseReason.PEER_RESET);
            } else if (trusts(peer)) {
                socket.resumeReceiving();
            } else {
                events.refuse("its address is not trusted to send a PROXY header");
            }
            return events;
        }

        @Override
        public boolean namesPeers() {
            return true;
        }

        @Override
        public Duration deadline() {
            return deadline;
        }

        @Override
        public void close() {
            // Nothing runs.
        }
    }
}
