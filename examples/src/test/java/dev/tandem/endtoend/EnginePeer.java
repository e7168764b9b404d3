package dev.tandem.endtoend;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** A client that handles each record itself: to send them in pieces, changed, or ones that no honest client sends. */
final class EnginePeer implements AutoCloseable {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Peer peer;
    private final SSLEngine engine;
    private final ByteBuffer arrived = ByteBuffer.allocate(1 << 18).flip();
    private final ByteBuffer opened = ByteBuffer.allocate(1 << 18);

    EnginePeer(TlsClient client, int port) {
        this.peer = Peer.connect(port);
        this.engine = client.newEngine();
    }

    Peer below() {
        return peer;
    }

    /** The first flight: a ClientHello, as it is to be sent. */
    byte[] hello() throws IOException {
        engine.beginHandshake();
        return seal(NOTHING);
    }

    /** Goes through the whole handshake; {@code hello} was sent if it is not null. */
    EnginePeer handshake() throws IOException {
        if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
            engine.beginHandshake();
        }
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> peer.send(seal(NOTHING));
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_UNWRAP -> {
                    if (open() < 0) {
                        throw new IOException("The handshake was refused.");
                    }
                }
                default -> {
                    return this;
                }
            }
        }
    }

    /** One record that holds these bytes. */
    byte[] seal(byte... bytes) throws IOException {
        return seal(ByteBuffer.wrap(bytes));
    }

    /** A record of what the engine itself has to say now, such as a new handshake or new keys. */
    byte[] sealRequest() throws IOException {
        engine.beginHandshake();
        return seal(NOTHING);
    }

    private byte[] seal(ByteBuffer bytes) throws IOException {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        do {
            engine.wrap(bytes, record.clear());
            records.write(record.array(), 0, record.position());
        } while (bytes.hasRemaining());
        return records.toByteArray();
    }

    /** The record that says that nothing more comes. */
    byte[] sealEnd() throws IOException {
        engine.closeOutbound();
        return seal(NOTHING);
    }

    /** So many bytes of the server. */
    byte[] receive(int count) throws IOException {
        while (opened.position() < count) {
            if (open() < 0) {
                throw new IOException("The stream ended.");
            }
        }
        byte[] bytes = new byte[count];
        opened.flip().get(bytes);
        opened.compact();
        return bytes;
    }

    private int open() throws IOException {
        SSLEngineResult result = engine.unwrap(arrived, opened);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            byte[] more = new byte[32 << 10];
            int count = peer.receiveSome(more);
            if (count < 0) {
                return -1;
            }
            arrived.compact().put(more, 0, count).flip();
        }
        return result.getStatus() == SSLEngineResult.Status.CLOSED ? -1 : result.bytesProduced();
    }

    @Override
    public void close() {
        peer.close();
    }
}
