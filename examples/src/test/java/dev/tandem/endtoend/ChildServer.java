package dev.tandem.endtoend;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.proxyprotocol.ProxyProtocol;
import dev.tandem.server.ServerLimits;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.server.TransportChoice;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What tests run in a process of its own where the examples do not do: {@code <transport> <what> [<port>]}. */
final class ChildServer {

    private ChildServer() {}

    public static void main(String[] arguments) throws Exception {
        TcpServerBuilder builder = TcpServer.builder().loops(2).transport(TransportChoice.require(arguments[0]));
        switch (arguments[1]) {
            case "inherited" -> builder.listenInherited();
            case "behind-proxy" -> builder.listen(Integer.parseInt(arguments[2]), ProxyProtocol.from("127.0.0.1"));
            default -> builder.listen(0);
        }
        switch (arguments[1]) {
            // Nothing but the descriptors limits it.
            case "unlimited-echo" ->
                builder.limits(limits -> limits.withConnections(ServerLimits.UNLIMITED))
                        .handler((connection, in) -> connection.write(in));
            case "inherited", "behind-proxy" -> builder.handlerPerConnection(FirstAnswered::new);
            case "ledger" -> builder.handlerPerConnection(Ledger::new);
            case "ledger-later" -> builder.handlerPerConnection(Ledger.Later::new);
            case "stubborn" ->
                builder.limits(limits -> limits.withDrain(Duration.ofMinutes(5)))
                        .handler(new Stubborn());
            default -> throw new IllegalArgumentException(arguments[1]);
        }
        System.exit(builder.run(server -> System.out.println(
                "child listening on " + server.addresses().get(0).toString().replaceFirst("^.*?/127", "127")
                        + " transport=" + server.transport().name() + " loops=" + server.loopCount())));
    }

    /** Echoes, and does not end when it is asked to. */
    private static final class Stubborn implements ConnectionHandler {

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            connection.write(in);
        }

        @Override
        public void onDrain(Connection connection) {
            connection.write("no".getBytes());
        }
    }

    /**
     * Echoes, or says who asks; and when the server drains, who has just come and not asked anything yet is still answered
     * once.
     */
    private static final class FirstAnswered implements ConnectionHandler {

        private boolean answered;
        private boolean draining;

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            if (in.toString(StandardCharsets.US_ASCII).equals("who\n")) {
                in.skipBytes(in.readableBytes());
                connection.write(whoAsks(connection).getBytes(StandardCharsets.US_ASCII));
            } else {
                connection.write(in);
            }
            answered = true;
            if (draining) {
                connection.close(CloseReason.DRAINED);
            }
        }

        @Override
        public void onDrain(Connection connection) {
            draining = true;
            if (answered) {
                connection.close(CloseReason.DRAINED);
            }
        }

        private static String whoAsks(Connection connection) {
            InetSocketAddress client = (InetSocketAddress) connection.remoteAddress();
            InetSocketAddress proxy =
                    (InetSocketAddress) connection.proxyAddress().orElseThrow();
            return client.getAddress().getHostAddress() + ":" + client.getPort() + " through "
                    + proxy.getAddress().getHostAddress() + "\n";
        }
    }
}
