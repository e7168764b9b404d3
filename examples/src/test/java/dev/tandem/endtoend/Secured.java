package dev.tandem.endtoend;

import dev.tandem.layer.SocketLayer;
import dev.tandem.tls.Tls;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the test at hand runs over TLS, and what server and peers need for it. */
final class Secured {

    /** What the name of a transport ends with. */
    static final String SUFFIX = "+tls";

    /** What the name of a transport ends with if the server is to use OpenSSL's engines. */
    static final String OPENSSL = "+openssl";

    private static volatile boolean on;

    private Secured() {}

    static void begin(String transport) {
        on = transport.endsWith(SUFFIX);
    }

    /** Peers of the tests to come speak in plain, unless they say otherwise. */
    static void end() {
        on = false;
    }

    static boolean isOn() {
        return on;
    }

    static String engine(String transport) {
        return transport.replaceFirst("\\+.*", "");
    }

    /** Whose engines the server under test is to use. */
    static SslProvider provider(String transport) {
        return transport.endsWith(OPENSSL) ? SslProvider.OPENSSL : SslProvider.JDK;
    }

    /** What a server puts between its sockets and connections. */
    static SocketLayer[] layers() {
        return on ? new SocketLayer[] {Server.TLS} : new SocketLayer[0];
    }

    /** What a peer talks through. */
    static Socket socket(Socket connected) throws IOException {
        return on ? Client.TLS.over(connected).handshake().socket() : connected;
    }

    // Made when they are needed first.

    private static final class Client {
        static final TlsClient TLS = new TlsClient().protocol("TLSv1.3");
    }

    private static final class Server {

        static final Tls TLS = localhost();

        private static Tls localhost() {
            try {
                Path directory = Files.createTempDirectory("secured");
                Authority.PemFiles files =
                        Authority.write(directory, "localhost", Authority.TRUSTED.issue("localhost"));
                files.chain().toFile().deleteOnExit();
                files.key().toFile().deleteOnExit();
                directory.toFile().deleteOnExit();
                return Tls.pem(files.chain(), files.key()).withProvider(SslProvider.JDK);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
