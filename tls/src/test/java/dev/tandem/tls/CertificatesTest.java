package dev.tandem.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.layer.RunningLayer;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is said of certificates that the JDK can read and OpenSSL cannot use. */
@Timeout(30)
class CertificatesTest {

    private final PrintStream printed = System.err;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    private Tls tls;
    private Path authorities;

    @BeforeEach
    void write() throws Exception {
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        X509Bundle bundle = SelfSigned.of("Zürich");
        authorities = Files.writeString(directory.resolve("authorities"), bundle.getCertificatePathPEM());
        tls = SelfSigned.in(directory, bundle)
                .withProvider(SslProvider.OPENSSL)
                .withRequiredClientCertificates(authorities);
    }

    @AfterEach
    void printAgain() {
        System.setErr(printed);
        printed.print(log.toString(StandardCharsets.UTF_8));
    }

    /** A name that says it is UTF-8, and is not: the JDK reads it all the same. */
    private void misspellTheAuthority() throws Exception {
        byte[] der =
                Base64.getMimeDecoder().decode(Files.readString(authorities).replaceAll("-----[A-Z ]+-----", ""));
        for (int i = 0; i + 1 < der.length; i++) {
            if (der[i] == (byte) 0xC3 && der[i + 1] == (byte) 0xBC) {
                der[i + 1] = 'u';
            }
        }
        Path next = Files.writeString(
                directory.resolve("next"),
                "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(der)
                        + "\n-----END CERTIFICATE-----\n");
        // In one step: if the file were seen empty, that would be logged, and the next line held back.
        Files.move(next, authorities, StandardCopyOption.ATOMIC_MOVE);
    }

    private String logged() {
        return log.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theyEndTheStart() throws Exception {
        misspellTheAuthority();

        assertThatThrownBy(tls::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(authorities.toString());
    }

    @Test
    void theyChangeNothingLaterAndTheLogSaysWhy() throws Exception {
        RunningLayer layer = tls.start();
        try {
            misspellTheAuthority();
            long begun = System.nanoTime();
            while (!logged().contains("cannot be used") && System.nanoTime() - begun < 10_000_000_000L) {
                LockSupport.parkNanos(1_000_000);
            }
        } finally {
            layer.close();
        }

        assertThat(logged()).contains("The certificates stay as they were. [").contains("cannot be used");
        assertThat(logged()).doesNotContain("ERROR").doesNotContain("\tat ");
    }
}
