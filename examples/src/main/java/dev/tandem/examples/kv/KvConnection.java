package dev.tandem.examples.kv;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Puts a session on a connection: received bytes go in, replies come out behind what was written before. */
final class KvConnection implements ConnectionHandler {

    private final KvEngine engine;
    private KvSession session;
    private KvSession.Progress progress;

    /** What was published to this connection and is not written yet, oldest first. Guarded by the engine's lock. */
    private final List<byte[]> published = new ArrayList<>();

    KvConnection(KvEngine engine) {
        this.engine = engine;
    }

    @Override
    public void onOpened(Connection connection) {
        Outbox outbox = message -> push(connection, message);
        session = engine.open(outbox, text(connection.remoteAddress()), text(connection.localAddress()));
    }

    /** Writes later, and many messages at once: this is called by whoever publishes, on any thread. */
    private void push(Connection connection, byte[] message) {
        published.add(message);
        if (published.size() == 1) {
            connection.loop().execute(() -> writePublished(connection));
        }
    }

    private void writePublished(Connection connection) {
        List<byte[]> messages;
        synchronized (engine) {
            messages = List.copyOf(published);
            published.clear();
        }
        messages.forEach(connection::write);
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? internet.getAddress().getHostAddress() + ":" + internet.getPort()
                : "?:0";
    }

    @Override
    public void onBytes(Connection connection, ByteBuf in) {
        do {
            connection.write(in, this::execute);
            if (progress == null) {
                writePublished(connection);
            }
        } while ((progress == null || progress == KvSession.Progress.NEEDS_ROOM) && connection.isReading());
        if (progress == KvSession.Progress.CLOSING) {
            connection.close();
        }
    }

    /**
     * Executes commands, unless something was published to this connection before: that comes before their replies. Else a
     * client that unsubscribes would take a late message for the reply to its next command. {@code progress} is then null.
     */
    private void execute(ByteBuf in, ByteBuf out) {
        synchronized (engine) {
            progress = published.isEmpty() ? session.execute(in, out) : null;
        }
    }

    @Override
    public void onClosed(Connection connection, CloseReason why) {
        session.close();
    }
}
