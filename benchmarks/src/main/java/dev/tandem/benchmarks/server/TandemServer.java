package dev.tandem.benchmarks.server;

import dev.tandem.codec.Codec;
import dev.tandem.codec.LengthPrefixed;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tandem with its defaults: the echo example for bytes, and one of several ways to serve frames. */
final class TandemServer implements EchoServer {

    /** How frames are served. */
    enum Frames {
        /** A codec whose message is the body where it lies. */
        BODIES,
        /** A codec that makes a record of each frame, with a copy of its body. */
        RECORDS,
        /** By hand, on bytes, without a codec. */
        BYTES
    }

    private record Message(byte[] body) {}

    private final TransportChoice transport;
    private final Frames frames;
    private TcpServer server;

    TandemServer(String engine) {
        this(engine, Frames.BODIES);
    }

    TandemServer(String engine, Frames frames) {
        this.transport = TransportChoice.require(engine);
        this.frames = frames;
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
            serveFrames(builder);
        } else {
            builder.handler((connection, in) -> connection.write(in));
        }
        server = builder.start();
        return (InetSocketAddress) server.addresses().get(0);
    }

    private void serveFrames(TcpServerBuilder builder) {
        switch (frames) {
            case BODIES -> builder.serve(bodies(), (session, body) -> body);
            case RECORDS -> builder.serve(records(), (session, message) -> message);
            case BYTES -> builder.handler(TandemServer::echoFrames);
        }
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

    private static Codec<Message, Message> records() {
        return Codec.of(
                LengthPrefixed.int32().maxFrame(ServerSettings.FRAME_BYTES_MAX),
                body -> {
                    byte[] bytes = new byte[body.readableBytes()];
                    body.readBytes(bytes);
                    return new Message(bytes);
                },
                (message, out) -> out.writeBytes(message.body()));
    }

    private static void echoFrames(Connection connection, ByteBuf in) {
        int received = in.writerIndex();
        while (in.readableBytes() >= ServerSettings.LENGTH_BYTES) {
            int length = in.getInt(in.readerIndex());
            if (length < 0 || length > ServerSettings.FRAME_BYTES_MAX) {
                connection.close(CloseReason.FRAME_TOO_LARGE);
                return;
            }
            int end = in.readerIndex() + ServerSettings.LENGTH_BYTES + length;
            if (end > received) {
                return;
            }
            connection.write(in.writerIndex(end));
            in.writerIndex(received);
        }
    }
}
