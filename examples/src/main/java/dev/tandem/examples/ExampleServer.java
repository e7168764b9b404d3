package dev.tandem.examples;

import dev.tandem.layer.SocketLayer;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.server.TransportChoice;
import dev.tandem.tls.Tls;
import dev.tandem.transport.TransportException;
import dev.tandem.transport.TransportUnavailableException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that all example servers have, and the way they start and end. */
public final class ExampleServer {

    /** Shorter than the default, so that an example stops within two seconds whatever its clients do. */
    private static final Duration DRAIN = Duration.ofMillis(1_500);

    @Option(
            names = "--transport",
            paramLabel = "auto|epoll|io_uring",
            description = "The kernel engine: auto, epoll, io_uring or prefer:NAME. Default: auto, which takes epoll.",
            converter = ChoiceConverter.class)
    private TransportChoice transport = TransportChoice.auto();

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "The address to listen on; 0.0.0.0 for all. Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description =
                    "Where to listen, instead of --host and --port: HOST:PORT, PORT, the path of a Unix socket, or"
                            + " 'inherited' for the sockets that systemd passes on.")
    private String listen;

    @Option(
            names = "--loops",
            paramLabel = "N",
            description = "How many event loops to run. Default: ${DEFAULT-VALUE} here.")
    private int loops;

    @ArgGroup(exclusive = false)
    private TlsOptions tls;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this and exit.")
    private boolean help;

    /** As many loops as there are CPUs, unless an option says otherwise. */
    public ExampleServer() {
        this(Runtime.getRuntime().availableProcessors());
    }

    /** So many loops unless an option says otherwise. */
    public ExampleServer(int loops) {
        this.loops = loops;
    }

    /**
     * Runs the server that {@code builder} describes until a signal has ended it, and returns its exit code.
     *
     * @param applicationProtocols what it speaks, as TLS names it (ALPN), if that has a name
     */
    public int run(String name, int port, TcpServerBuilder builder, String... applicationProtocols)
            throws TransportException {
        SocketLayer[] layers = tls == null ? new SocketLayer[0] : new SocketLayer[] {tls.layer(applicationProtocols)};
        builder.transport(transport).loops(loops).limits(limits -> limits.withDrain(DRAIN));
        if (listen == null) {
            builder.listen(host, port, layers);
        } else if (listen.equals("inherited")) {
            builder.listenInherited(layers);
        } else if (Address.parse(listen) instanceof InetSocketAddress internet) {
            builder.listen(internet.getHostString(), internet.getPort(), layers);
        } else {
            builder.listen(Path.of(listen), layers);
        }
        return builder.run(server -> announce(name, server));
    }

    private static void announce(String name, TcpServer server) {
        SocketAddress address = server.addresses().get(0);
        System.out.println(name + " listening on " + display(address) + " transport="
                + server.transport().name() + " loops=" + server.loopCount());
    }

    private static String display(SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? internet.getAddress().getHostAddress() + ":" + internet.getPort()
                : address.toString();
    }

    /** Whether a failure to start is due to an option or to the host, so that its message is all there is to say. */
    static boolean isUsersMistake(Exception e) {
        return e instanceof TransportException
                || e instanceof TransportUnavailableException
                || e instanceof IllegalArgumentException;
    }

    /** All of them, or none. */
    private static final class TlsOptions {

        @Option(names = "--tls", required = true, description = "Secure connections with TLS 1.3 or 1.2.")
        private boolean wanted;

        @Option(
                names = "--cert",
                required = true,
                paramLabel = "FILE",
                description = "The server's certificates in PEM, its own first. Read again when they change.")
        private Path certificates;

        @Option(names = "--key", required = true, paramLabel = "FILE", description = "Their private key in PEM.")
        private Path key;

        SocketLayer layer(String... applicationProtocols) {
            return Tls.pem(certificates, key).withApplicationProtocols(applicationProtocols);
        }
    }

    private static final class ChoiceConverter implements ITypeConverter<TransportChoice> {
        @Override
        public TransportChoice convert(String text) {
            try {
                return TransportChoice.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
