package dev.tandem.benchmarks.server;

import io.netty.channel.Channel;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import io.vertx.core.transport.Transport;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Vert.x 5 with its native transport, as its documentation advises: one verticle per event loop, {@code pipeTo} for bytes,
 * which pauses a peer that does not read, and {@code RecordParser} for frames. The replies of one received buffer are
 * joined and written once: a write per frame costs Vert.x a promise and a queue node each.
 */
final class VertxServer implements EchoServer {

    private static final int START_SECONDS_MAX = 20;

    private volatile Class<? extends Channel> channelSeen;
    private volatile InetSocketAddress bound;
    private Vertx vertx;

    @Override
    public InetSocketAddress start(ServerSettings settings) throws Exception {
        if (!Transport.EPOLL.available()) {
            throw new IllegalStateException("epoll is not available to Vert.x", Transport.EPOLL.unavailabilityCause());
        }
        vertx = Vertx.builder()
                .with(new VertxOptions().setEventLoopPoolSize(settings.loops()))
                .withTransport(Transport.EPOLL)
                .build();
        vertx.deployVerticle(() -> new EchoVerticle(settings), new DeploymentOptions().setInstances(settings.loops()))
                .await(START_SECONDS_MAX, TimeUnit.SECONDS);
        return bound;
    }

    @Override
    public Map<String, String> verdict() {
        Map<String, String> verdict = new LinkedHashMap<>();
        verdict.put("transport", String.valueOf(channelSeen));
        verdict.put("nativeTransport", Boolean.toString(vertx.isNativeTransportEnabled()));
        verdict.put("netty", Versions.netty());
        verdict.put("vertx", Versions.of("vertx"));
        return verdict;
    }

    private final class EchoVerticle extends VerticleBase {

        private final ServerSettings settings;

        EchoVerticle(ServerSettings settings) {
            this.settings = settings;
        }

        @Override
        public Future<?> start() {
            NetServerOptions options = new NetServerOptions()
                    .setTcpNoDelay(true)
                    .setAcceptBacklog(ServerSettings.BACKLOG)
                    .setReuseAddress(true);
            return vertx.createNetServer(options)
                    .connectHandler(this::onConnected)
                    .listen(settings.port(), settings.host())
                    .onSuccess(this::onListening);
        }

        private void onListening(NetServer server) {
            bound = new InetSocketAddress(settings.host(), server.actualPort());
        }

        private void onConnected(NetSocket socket) {
            channelSeen = ((NetSocketInternal) socket)
                    .channelHandlerContext()
                    .channel()
                    .getClass();
            socket.exceptionHandler(failure -> socket.close());
            if (settings.frames()) {
                new FrameEcho(socket);
            } else {
                socket.pipeTo(socket);
            }
        }
    }

    /** The parser alternates between a length and a body. */
    private static final class FrameEcho {

        private final NetSocket socket;
        private final RecordParser parser = RecordParser.newFixed(ServerSettings.LENGTH_BYTES);
        private boolean awaitsLength = true;
        private Buffer replies = Buffer.buffer();

        FrameEcho(NetSocket socket) {
            this.socket = socket;
            parser.handler(this::onRecord);
            parser.maxRecordSize(ServerSettings.FRAME_BYTES_MAX);
            socket.handler(this::onReceived);
        }

        private void onRecord(Buffer record) {
            if (awaitsLength) {
                parser.fixedSizeMode(record.getInt(0));
            } else {
                replies.appendInt(record.length()).appendBuffer(record);
                parser.fixedSizeMode(ServerSettings.LENGTH_BYTES);
            }
            awaitsLength = !awaitsLength;
        }

        private void onReceived(Buffer received) {
            parser.handle(received);
            if (replies.length() == 0) {
                return;
            }
            socket.write(replies);
            replies = Buffer.buffer(replies.length());
            if (socket.writeQueueFull()) {
                socket.pause();
                socket.drainHandler(drained -> socket.resume());
            }
        }
    }
}
