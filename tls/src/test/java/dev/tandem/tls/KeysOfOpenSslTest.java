package dev.tandem.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.LeakPresenceDetector;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What OpenSSL is given of a key is freed with the factory, however the first handshakes met. */
@Timeout(20)
class KeysOfOpenSslTest {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    @Test
    void twoFirstHandshakesAtATimeLeaveNothingBehind() throws Exception {
        assertThat(OpenSsl.isAvailable()).isTrue();
        X509Bundle bundle = new CertificateBuilder()
                .ecp256()
                .subject("CN=test")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        SlowChain chain = new SlowChain(bundle.getCertificate());
        EngineFactory engines = EngineFactory.of(
                TlsSettings.of(null).withProvider(SslProvider.OPENSSL),
                new Identities(List.of(new Identity(bundle.getKeyPair().getPrivate(), chain))),
                FileContents.read(List.of()));

        // One is about to give its certificate to OpenSSL when the other one does so.
        chain.holdNext();
        CompletableFuture<Void> overtaken = CompletableFuture.runAsync(() -> handshake(engines));
        assertThat(chain.held.await(10, TimeUnit.SECONDS)).isTrue();
        handshake(engines);
        chain.goOn.countDown();
        overtaken.get(10, TimeUnit.SECONDS);

        engines.release();
        LeakPresenceDetector.check();
    }

    /** A chain of one certificate that can be held back from whoever asks for it next. */
    private static final class SlowChain extends AbstractList<X509Certificate> {

        final CountDownLatch held = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        private final AtomicBoolean holding = new AtomicBoolean();
        private final X509Certificate certificate;

        SlowChain(X509Certificate certificate) {
            this.certificate = certificate;
        }

        void holdNext() {
            holding.set(true);
        }

        @Override
        public <T> T[] toArray(T[] array) {
            if (holding.compareAndSet(true, false)) {
                held.countDown();
                try {
                    assertThat(goOn.await(10, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return super.toArray(array);
        }

        @Override
        public X509Certificate get(int index) {
            return certificate;
        }

        @Override
        public int size() {
            return 1;
        }
    }

    private static void handshake(EngineFactory engines) {
        SSLEngine server = engines.newEngine(UnpooledByteBufAllocator.DEFAULT);
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
            SSLEngine client = context.createSSLEngine();
            client.setUseClientMode(true);
            client.beginHandshake();
            server.beginHandshake();
            ByteBuffer toServer = ByteBuffer.allocate(64 << 10);
            ByteBuffer toClient = ByteBuffer.allocate(64 << 10);
            while (isBusy(client) || isBusy(server)) {
                step(client, toClient, toServer);
                step(server, toServer, toClient);
            }
            assertThat(client.getSession().getPeerCertificates()).hasSize(1);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            ReferenceCountUtil.release(server);
        }
    }

    private static boolean isBusy(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_WRAP -> engine.wrap(NOTHING, out);
            case NEED_UNWRAP -> {
                in.flip();
                engine.unwrap(in, ByteBuffer.allocate(32 << 10));
                in.compact();
            }
            default -> {}
        }
    }
}
