package dev.tandem.examples.kv;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Puts a session on a connection: received bytes go in, replies come out behind what was written before. */
final class KvConnection implements ConnectionHandler {

    private final KvEngine engine;
    private KvSession session;
    private KvSession.Progress progress;

    KvConnection(KvEngine engine) {
        this.engine = engine;
    }

    @Override
    public void onOpened(Connection connection) {
        // A task even on the connection's own loop: a message published by one of its own commands must not get in
        // between
        // the replies of the chunk that is being executed.
        Outbox outbox = message -> connection.loop().execute(() -> connection.write(message));
        session = engine.open(outbox, text(connection.remoteAddress()), text(connection.localAddress()));
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
        } while (progress == KvSession.Progress.NEEDS_ROOM && connection.isReading());
        if (progress == KvSession.Progress.CLOSING) {
            connection.close();
        }
    }

    private void execute(ByteBuf in, ByteBuf out) {
        progress = session.execute(in, out);
    }

    @Override
    public void onClosed(Connection connection, CloseReason why) {
        session.close();
    }
}
