package dev.tandem.tls;

import dev.tandem.transport.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** The engine of one connection: opens and seals records, whoever made it. */
final class RecordEngine {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final LoopBuffers buffers;

    RecordEngine(SSLEngine engine, LoopBuffers buffers) {
        this.engine = engine;
        this.buffers = buffers;
    }

    Plaintext plaintext() {
        return buffers.plaintext();
    }

    /** Opens the record of so many bytes at the reader index, and moves it past what the engine took. */
    SSLEngineResult open(ByteBuf in, int bytes) throws SSLException {
        ByteBuffer room = buffers.plaintext().room();
        int position = room.position();
        try {
            SSLEngineResult result = engine.unwrap(buffers.toOpen(in, bytes), room);
            in.skipBytes(result.bytesConsumed());
            return isOpenSsl() ? corrected(result, room) : result;
        } catch (SSLException | RuntimeException e) {
            // Nothing of a record that failed may stay behind: the room is that of all connections.
            room.position(position);
            throw e instanceof SSLException failed ? failed : new SSLException(e);
        }
    }

    /**
     * OpenSSL's engine says that it is closed when only we are, and in a handshake, what it wanted before it opened the record:
     * that it is finished it tells when it is asked again, and the next record of the peer may be a long time coming.
     */
    private SSLEngineResult corrected(SSLEngineResult result, ByteBuffer room) throws SSLException {
        if (result.getStatus() == SSLEngineResult.Status.CLOSED
                && !engine.isInboundDone()
                && result.bytesConsumed() > 0) {
            return new SSLEngineResult(
                    SSLEngineResult.Status.OK,
                    result.getHandshakeStatus(),
                    result.bytesConsumed(),
                    result.bytesProduced());
        }
        if (result.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP) {
            return result;
        }
        SSLEngineResult again = engine.unwrap(NOTHING.duplicate(), room);
        SSLEngineResult.Status status =
                again.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW ? result.getStatus() : again.getStatus();
        return new SSLEngineResult(
                status,
                again.getHandshakeStatus(),
                result.bytesConsumed(),
                result.bytesProduced() + again.bytesProduced());
    }

    private boolean isOpenSsl() {
        return engine instanceof ReferenceCountedOpenSslEngine;
    }

    /** Seals at most {@code bytesMax} bytes of {@code plain} into one record in {@code out}. */
    SSLEngineResult seal(ByteBuf plain, int bytesMax, ByteBuf out) throws SSLException {
        int bytes = Math.min(plain.readableBytes(), bytesMax);
        SSLEngineResult result = seal(plain.internalNioBuffer(plain.readerIndex(), bytes), out);
        plain.skipBytes(result.bytesConsumed());
        return result;
    }

    /** Seals what the engine itself has to say. */
    SSLEngineResult sealOwn(ByteBuf out) throws SSLException {
        return seal(NOTHING, out);
    }

    private SSLEngineResult seal(ByteBuffer plain, ByteBuf out) throws SSLException {
        try {
            SSLEngineResult result = engine.wrap(plain, buffers.toSeal(plain.remaining(), out));
            buffers.onSealed(out, result.bytesProduced());
            return result;
        } catch (RuntimeException e) {
            throw new SSLException(e);
        }
    }

    void begin() throws SSLException {
        engine.beginHandshake();
    }

    HandshakeStatus status() {
        return engine.getHandshakeStatus();
    }

    /** Does the expensive part of a handshake. On a thread that may take its time, while no other method is called. */
    void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** Nothing more will be sealed but the word that this is the end (close_notify). */
    void closeOutput() {
        engine.closeOutbound();
    }

    boolean isOutputClosed() {
        return engine.isOutboundDone();
    }

    boolean isTls12() {
        return "TLSv1.2".equals(engine.getSession().getProtocol());
    }

    /** Adds a reference, which is to be released too. */
    void retain() {
        ReferenceCountUtil.retain(engine);
    }

    void release() {
        ReferenceCountUtil.release(engine);
    }

    // ---- What was agreed upon ----

    TlsSession session() {
        SSLSession session = engine.getSession();
        return new TlsSession(
                session.getProtocol(),
                session.getCipherSuite(),
                applicationProtocol(),
                Identities.nameAskedFor(session),
                peerCertificates(session));
    }

    private Optional<String> applicationProtocol() {
        String name = engine instanceof ReferenceCountedOpenSslEngine openSsl
                ? openSsl.getNegotiatedApplicationProtocol()
                : engine.getApplicationProtocol();
        return Optional.ofNullable(name).filter(chosen -> !chosen.isEmpty());
    }

    private static List<X509Certificate> peerCertificates(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return Arrays.stream(chain).map(X509Certificate.class::cast).toList();
        } catch (SSLPeerUnverifiedException nothingShown) {
            return List.of();
        }
    }
}
