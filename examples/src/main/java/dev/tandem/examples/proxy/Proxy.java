package dev.tandem.examples.proxy;

import dev.tandem.client.TcpClient;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.examples.Address;
import dev.tandem.examples.ExampleServer;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.transport.TransportException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Passes every connection on to another server. */
@Command(name = "proxy", description = "Passes every connection on to another server.")
public final class Proxy implements Callable<Integer> {

    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    @Mixin
    private ExampleServer server = new ExampleServer();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port = 9003;

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            required = true,
            converter = Address.class,
            description = "The server behind: HOST:PORT, PORT or the path of a Unix socket. A name is looked up for"
                    + " each connection.")
    private SocketAddress behind;

    @Override
    public Integer call() throws TransportException {
        // It connects on the loops of the server only, beside the connections that ask for it.
        try (TcpClient client = TcpClient.builder()
                .loops(0)
                .connectTimeout(CONNECT_MAX)
                .connectionLimits(Proxy::limits)
                .start()) {
            return server.run("proxy", port, passingOn(client, behind));
        }
    }

    /** A proxy that lacks an address only. */
    static TcpServerBuilder passingOn(TcpClient client, SocketAddress behind) {
        return TcpServer.builder()
                .connectionLimits(Proxy::limits)
                .handlerPerConnection(() -> Passing.ofClient(client, behind));
    }

    /** Who speaks first, and when, is between the two ends. */
    private static ConnectionLimits limits(ConnectionLimits limits) {
        return limits.withFirstByte(ConnectionLimits.NEVER);
    }
}
