package dev.tandem.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;

/** Makes engines with one set of certificates. Sessions can be resumed with engines of the same factory only. */
final class EngineFactory {

    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    /** AEAD and forward secrecy, whatever the JDK enables by default. */
    private static final List<String> CIPHER_SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final SslContext context;
    private final Identities identities;

    /** The server to connect to; null in one. */
    private final String serverName;

    private EngineFactory(SslContext context, Identities identities, String serverName) {
        this.context = context;
        this.identities = identities;
        this.serverName = serverName;
    }

    static EngineFactory of(TlsSettings settings, Identities identities, FileContents contents) {
        SslContextBuilder builder = (settings.isClient()
                        ? forClient(settings, identities)
                        : forServer(settings, identities))
                .sslProvider(settings.isOpenSsl() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .protocols(PROTOCOLS)
                .ciphers(CIPHER_SUITES, SupportedCipherSuiteFilter.INSTANCE);
        settings.authorities()
                .ifPresent(file -> builder.trustManager(
                        Pem.certificates(file, contents.of(file)).toArray(X509Certificate[]::new)));
        if (!settings.applicationProtocols().isEmpty()) {
            builder.applicationProtocolConfig(applicationProtocols(settings));
        }
        try {
            SslContext context = builder.build();
            if (!settings.isClient() && context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setTicketKeys(newTicketKey());
            }
            return new EngineFactory(context, identities, settings.serverName());
        } catch (SSLException e) {
            throw new IllegalArgumentException(settings.files() + " cannot be used: " + Words.of(e) + ".", e);
        }
    }

    private static SslContextBuilder forServer(TlsSettings settings, Identities identities) {
        return SslContextBuilder.forServer(keyManagers(settings, identities)).clientAuth(settings.clientCertificates());
    }

    private static SslContextBuilder forClient(TlsSettings settings, Identities identities) {
        SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
        return identities.all().isEmpty() ? builder : builder.keyManager(keyManagers(settings, identities));
    }

    private static KeyManagerFactory keyManagers(TlsSettings settings, Identities identities) {
        if (!settings.isOpenSsl()) {
            return new FixedKeyManagerFactory(new IdentityKeyManager(identities));
        }
        // Without the cache, OpenSSL would be given the key anew at each handshake, unless it is the only one.
        return new OpenSslCachingX509KeyManagerFactory(new FixedKeyManagerFactory(new KeyCopies(identities)));
    }

    private static ApplicationProtocolConfig applicationProtocols(TlsSettings settings) {
        return new ApplicationProtocolConfig(
                Protocol.ALPN,
                // OpenSSL cannot refuse by itself.
                settings.isOpenSsl() ? SelectorFailureBehavior.NO_ADVERTISE : SelectorFailureBehavior.FATAL_ALERT,
                SelectedListenerFailureBehavior.ACCEPT,
                settings.applicationProtocols());
    }

    private static OpenSslSessionTicketKey newTicketKey() {
        byte[] random = new byte[OpenSslSessionTicketKey.TICKET_KEY_SIZE];
        new SecureRandom().nextBytes(random);
        return new OpenSslSessionTicketKey(
                Arrays.copyOfRange(random, 0, 16),
                Arrays.copyOfRange(random, 16, 32),
                Arrays.copyOfRange(random, 32, 48));
    }

    SSLEngine newEngine(ByteBufAllocator allocator) {
        if (serverName != null) {
            // The port only tells sessions apart that could be resumed.
            return context.newEngine(allocator, serverName, 0);
        }
        SSLEngine engine = context.newEngine(allocator);
        if (identities.areChosenByName()) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setSNIMatchers(List.of(new KnownNames(identities)));
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    /** Gives back what OpenSSL has allocated, when the last of its engines is released. No further one may be made. */
    void release() {
        ReferenceCountUtil.release(context);
    }

    /** Refuses names that no certificate is for, with the alert that says so. */
    private static final class KnownNames extends SNIMatcher {

        private final Identities identities;

        KnownNames(Identities identities) {
            super(StandardConstants.SNI_HOST_NAME);
            this.identities = identities;
        }

        @Override
        public boolean matches(SNIServerName name) {
            try {
                return !identities
                        .of(new SNIHostName(name.getEncoded()).getAsciiName())
                        .isEmpty();
            } catch (IllegalArgumentException notTheNameOfAHost) {
                return false;
            }
        }
    }

    /**
     * Gives out a copy of the key each time. Below the cache by alias Netty has one of its own for the latest key, found by
     * identity; two first handshakes at a time that meet in both count a reference too many, and what OpenSSL has of the key
     * is never freed (seen with 4.2.18, OpenSslCachingKeyMaterialProvider). Copies are never found in the lower one.
     */
    private static final class KeyCopies extends IdentityKeyManager {

        KeyCopies(Identities identities) {
            super(identities);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            PrivateKey key = super.getPrivateKey(alias);
            try {
                return KeyFactory.getInstance(key.getAlgorithm())
                        .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("A key that was read before is refused now.", e);
            }
        }
    }

    private static final class FixedKeyManagerFactory extends SimpleKeyManagerFactory {

        private final KeyManager manager;

        FixedKeyManagerFactory(KeyManager manager) {
            this.manager = manager;
        }

        @Override
        protected void engineInit(KeyStore ignored, char[] alsoIgnored) {}

        @Override
        protected void engineInit(ManagerFactoryParameters ignored) {}

        @Override
        protected KeyManager[] engineGetKeyManagers() {
            return new KeyManager[] {manager};
        }
    }
}
