package dev.tandem.benchmarks.server;

import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tandem with its defaults: the echo example for bytes, and a handler that reads and writes frames in place. */
final class TandemServer implements EchoServer {

    private final TransportChoice transport;
    private TcpServer server;

    TandemServer(String engine) {
        transport = TransportChoice.require(engine);
    }

    @Override
    public InetSocketAddress start(ServerSettings settings) throws TransportException {
        server = TcpServer.builder()
                .transport(transport)
                .listen(settings.host(), settings.port())
                .listenOptions(options -> options.withBacklog(ServerSettings.BACKLOG))
                .loops(settings.loops())
                .handler(settings.frames() ? new FrameEcho() : (connection, in) -> connection.write(in))
                .start();
        return (InetSocketAddress) server.addresses().get(0);
    }

    @Override
    public Map<String, String> verdict() {
        Map<String, String> verdict = new LinkedHashMap<>();
        verdict.put("transport", server.transport().name());
        verdict.put("features", String.join(", ", server.transport().features()));
        verdict.put("verdict", server.transport().toString());
        verdict.put("netty", Versions.netty());
        return verdict;
    }

    /** Replies are encoded straight into what the connection will send. */
    private static final class FrameEcho implements ConnectionHandler {

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            while (hasFrame(in)) {
                connection.write(in, FrameEcho::reply);
            }
        }

        private static boolean hasFrame(ByteBuf in) {
            if (in.readableBytes() < ServerSettings.LENGTH_BYTES) {
                return false;
            }
            int length = in.getInt(in.readerIndex());
            if (length < 0 || length > ServerSettings.FRAME_BYTES_MAX) {
                throw new IllegalArgumentException("A frame of " + length + " bytes is larger than the limit.");
            }
            return in.readableBytes() >= ServerSettings.LENGTH_BYTES + length;
        }

        private static void reply(ByteBuf in, ByteBuf out) {
            int length = in.readInt();
            out.writeInt(length);
            out.writeBytes(in, length);
        }
    }
}
