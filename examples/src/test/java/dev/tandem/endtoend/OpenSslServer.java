package dev.tandem.endtoend;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;

/** {@code openssl s_server}, which sends back each line with its characters in reverse order. */
record OpenSslServer(Child child, int port) implements AutoCloseable {

    static OpenSslServer start(Authority.PemFiles files, String version) throws IOException {
        assumeTrue(Tools.have("openssl"), "There is no openssl here: apt-get install openssl");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Child child = Child.start(
                Map.of(),
                List.of(
                        "openssl",
                        "s_server",
                        "-accept",
                        "127.0.0.1:" + port,
                        "-cert",
                        files.chain().toString(),
                        "-cert_chain",
                        files.chain().toString(),
                        "-key",
                        files.key().toString(),
                        "-rev",
                        version));
        child.awaitOutput("ACCEPT");
        return new OpenSslServer(child, port);
    }

    @Override
    public void close() {
        child.close();
    }
}
