package dev.tandem.guide;

import dev.tandem.codec.Codec;
import dev.tandem.codec.FrameException;
import dev.tandem.codec.LengthPrefixed;
import dev.tandem.connection.CloseReason;
import dev.tandem.message.Group;
import dev.tandem.message.MessageHandler;
import dev.tandem.message.Session;
import dev.tandem.message.Workers;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The code that docs/protocols.md shows, so that it compiles and runs. {@link ProtocolGuideTest} compares the two. */
final class ProtocolGuide {

    private ProtocolGuide() {}

    // step 1: bytes
    static TcpServerBuilder bytes(int port) {
        return TcpServer.builder().listen(port).handler((connection, in) -> {
            while (in.readableBytes() >= 4) {
                int number = in.readInt();
                connection.write(number, (value, out) -> out.writeLong((long) value * value));
            }
        });
    }

    // step 2: messages
    record Request(boolean put, String key, String value) {}

    record Reply(boolean found, String value) {}

    static Request readRequest(ByteBuf body) {
        boolean put = body.readByte() == 'P';
        String key = readText(body);
        return new Request(put, key, put ? readText(body) : "");
    }

    static void writeReply(Reply reply, ByteBuf out) {
        out.writeBoolean(reply.found());
        writeText(reply.value(), out);
    }

    static String readText(ByteBuf body) {
        int bytes = body.readUnsignedShort();
        if (bytes > body.readableBytes()) {
            throw FrameException.malformed("A text of " + bytes + " bytes does not fit into its frame.");
        }
        return body.readCharSequence(bytes, StandardCharsets.UTF_8).toString();
    }

    static void writeText(String text, ByteBuf out) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length).writeBytes(bytes);
    }

    static final Codec<Request, Reply> CODEC =
            LengthPrefixed.int32().maxFrame(64 << 10).codec(ProtocolGuide::readRequest, ProtocolGuide::writeReply);

    // step 3: answers
    static Reply answer(Map<String, String> dictionary, Request request) {
        if (request.put()) {
            dictionary.put(request.key(), request.value());
            return new Reply(true, "");
        }
        String value = dictionary.get(request.key());
        return new Reply(value != null, value == null ? "" : value);
    }

    static TcpServerBuilder messages(int port) {
        Map<String, String> dictionary = new ConcurrentHashMap<>();
        return TcpServer.builder().listen(port).serve(CODEC, (session, request) -> answer(dictionary, request));
    }

    // step 4: answers that take time
    static TcpServerBuilder later(int port) {
        Map<String, String> dictionary = new ConcurrentHashMap<>();
        return TcpServer.builder()
                .listen(port)
                .serveAsync(
                        CODEC,
                        16,
                        (session, request) -> CompletableFuture.supplyAsync(() -> answer(dictionary, request)));
    }

    static TcpServerBuilder blocking(int port) {
        Map<String, String> dictionary = new ConcurrentHashMap<>();
        return TcpServer.builder()
                .listen(port)
                .serveBlocking(CODEC, Workers.threads(16), (session, request) -> answer(dictionary, request));
    }

    // step 5: state, and messages that nobody asked for
    static final class Guest implements MessageHandler<Request, Reply> {

        private final Map<String, String> dictionary;
        private final Group<Reply> watchers;
        private int asked;

        Guest(Map<String, String> dictionary, Group<Reply> watchers) {
            this.dictionary = dictionary;
            this.watchers = watchers;
        }

        @Override
        public Reply onMessage(Session<Reply> session, Request request) {
            asked++;
            if (request.key().isEmpty()) {
                watchers.join(session);
            } else if (request.put()) {
                watchers.send(new Reply(true, request.key()), session);
            }
            return answer(dictionary, request);
        }

        // step 6: limits and the end
        @Override
        public void onBadFrame(Session<Reply> session, Throwable why) {
            session.send(new Reply(false, "Not understood."));
        }

        @Override
        public void onDrain(Session<Reply> session) {
            session.send(new Reply(false, "Goodbye, after " + asked + " requests."));
        }
    }

    static TcpServerBuilder watched(int port) {
        Map<String, String> dictionary = new ConcurrentHashMap<>();
        Group<Reply> watchers = new Group<>(CODEC);
        return TcpServer.builder().listen(port).servePerConnection(CODEC, () -> new Guest(dictionary, watchers));
    }

    static TcpServerBuilder bounded(int port) {
        return messages(port)
                .limits(limits -> limits.withConnections(10_000).withDrain(Duration.ofSeconds(10)))
                .connectionLimits(
                        limits -> limits.withIdle(Duration.ofMinutes(1)).withFrame(Duration.ofSeconds(5)))
                .onClose((connection, why) -> {
                    if (why == CloseReason.BAD_FRAME) {
                        System.err.println(connection + " does not speak our protocol.");
                    }
                });
    }

    // a test: the other side of the codec
    static void writeRequest(Request request, ByteBuf out) {
        out.writeByte(request.put() ? 'P' : 'G');
        writeText(request.key(), out);
        if (request.put()) {
            writeText(request.value(), out);
        }
    }

    static Reply readReply(ByteBuf body) {
        return new Reply(body.readBoolean(), readText(body));
    }

    static final Codec<Reply, Request> CLIENT =
            LengthPrefixed.int32().maxFrame(64 << 10).codec(ProtocolGuide::readReply, ProtocolGuide::writeRequest);
}
