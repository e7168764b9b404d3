package dev.tandem.endtoend;

import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/** The JDK's own TLS as a client: how it is to connect. Sessions are resumed between connections of the same client. */
final class TlsClient {

    private final SSLContext context;
    private final SSLParameters parameters = new SSLParameters();

    /** A client that shows no certificate. */
    TlsClient() {
        this(null);
    }

    /** A client that shows this certificate if it is asked for one. */
    TlsClient(X509Bundle own) {
        try {
            context = SSLContext.getInstance("TLS");
            KeyManager[] keys = own == null ? null : new KeyManager[] {new Own(own)};
            TrustManager[] trusted = {Authority.TRUSTED.root().toTrustManager()};
            context.init(keys, trusted, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    TlsClient protocol(String only) {
        parameters.setProtocols(new String[] {only});
        return this;
    }

    TlsClient cipherSuites(String... suites) {
        parameters.setCipherSuites(suites);
        return this;
    }

    TlsClient applicationProtocols(String... names) {
        parameters.setApplicationProtocols(names);
        return this;
    }

    /** Asks for the server by this name. */
    TlsClient serverName(String name) {
        parameters.setServerNames(List.of(new SNIHostName(name)));
        return this;
    }

    /** Connects, and has not begun the handshake. */
    TlsPeer connect(int port) {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return over(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On a socket that is connected. */
    TlsPeer over(Socket socket) throws IOException {
        SSLSocket secured =
                (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
        secured.setSoTimeout((int) Await.PATIENCE.toMillis());
        secured.setSSLParameters(merged(secured.getSSLParameters()));
        return new TlsPeer(socket, secured);
    }

    /** The engine of a connection, for tests that handle records themselves. */
    SSLEngine newEngine() {
        SSLEngine engine = context.createSSLEngine("localhost", 1);
        engine.setUseClientMode(true);
        engine.setSSLParameters(merged(engine.getSSLParameters()));
        return engine;
    }

    private SSLParameters merged(SSLParameters defaults) {
        if (parameters.getProtocols() != null) {
            defaults.setProtocols(parameters.getProtocols());
        }
        if (parameters.getCipherSuites() != null) {
            defaults.setCipherSuites(parameters.getCipherSuites());
        }
        if (parameters.getServerNames() != null) {
            defaults.setServerNames(parameters.getServerNames());
        }
        defaults.setApplicationProtocols(parameters.getApplicationProtocols());
        return defaults;
    }

    /** Shows its certificate to everybody, also to those who have said that they do not know its authority. */
    private static final class Own extends X509ExtendedKeyManager {

        private final X509Bundle bundle;

        Own(X509Bundle bundle) {
            this.bundle = bundle;
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
            return "own";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return bundle.getCertificatePath();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return bundle.getKeyPair().getPrivate();
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return null;
        }
    }
}
