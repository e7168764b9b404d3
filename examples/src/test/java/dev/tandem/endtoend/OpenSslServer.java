package dev.tandem.endtoend;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** {@code openssl s_server}, which sends back each line with its characters in reverse order. */
record OpenSslServer(Child child, int port) implements AutoCloseable {

    private static final String LISTENING = "ACCEPT 127.0.0.1:";

    static OpenSslServer start(Authority.PemFiles files, String version) throws IOException {
        assumeTrue(Tools.have("openssl"), "There is no openssl here: apt-get install openssl");
        Child child = Child.start(
                Map.of(),
                List.of(
                        "openssl",
                        "s_server",
                        "-accept",
                        "127.0.0.1:0",
                        "-cert",
                        files.chain().toString(),
                        "-cert_chain",
                        files.chain().toString(),
                        "-key",
                        files.key().toString(),
                        "-rev",
                        version));
        child.awaitOutput(LISTENING);
        String address = child.out().stream()
                .filter(line -> line.startsWith(LISTENING))
                .findFirst()
                .orElseThrow();
        return new OpenSslServer(child, Integer.parseInt(address.substring(LISTENING.length())));
    }

    @Override
    public void close() {
        child.close();
    }
}
