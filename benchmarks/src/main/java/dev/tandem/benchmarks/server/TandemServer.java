package dev.tandem.benchmarks.server;

import dev.tandem.codec.Codec;
import dev.tandem.codec.LengthPrefixed;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tandem with its defaults: the echo example for bytes, and a typed codec for frames. */
final class TandemServer implements EchoServer {

    private final TransportChoice transport;
    private TcpServer server;

    TandemServer(String engine) {
        transport = TransportChoice.require(engine);
    }

    @Override
    public InetSocketAddress start(ServerSettings settings) throws TransportException {
        TcpServerBuilder builder = TcpServer.builder()
                .transport(transport)
                .listen(settings.host(), settings.port())
                .listenOptions(options -> options.withBacklog(ServerSettings.BACKLOG))
                // Idle connections stay for as long as a run takes, as they do on servers that have no such limit.
                .connectionLimits(limits -> limits.withIdle(Duration.ofHours(2)))
                .loops(settings.loops());
        if (settings.frames()) {
            builder.serve(bodies(), (session, body) -> body);
        } else {
            builder.handler((connection, in) -> connection.write(in));
        }
        server = builder.start();
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

    /** A message is the body of its frame, read in place, and its reply goes straight into what will be sent. */
    private static Codec<ByteBuf, ByteBuf> bodies() {
        return Codec.of(
                LengthPrefixed.int32().maxFrame(ServerSettings.FRAME_BYTES_MAX),
                body -> body,
                (body, out) -> out.writeBytes(body));
    }
}
