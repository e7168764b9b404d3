package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user of {@code ./tandem echo --tls} sees, with the real launcher and with OpenSSL as the client. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TlsCommandLineTest {

    @TempDir
    static Path root;

    private static InstalledLauncher launcher;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Authority.PemFiles files;
    private Path authority;

    @BeforeAll
    static void install() throws IOException {
        launcher = new InstalledLauncher(root);
    }

    @BeforeEach
    void issue() throws IOException {
        files = Authority.write(directory, "server", Authority.TRUSTED.issue("localhost"));
        authority = Authority.TRUSTED.file(directory);
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Child tandem(String... arguments) {
        Child child = launcher.start(java.util.Map.of(), arguments);
        open.add(child);
        return child;
    }

    private Child echo(Path chain, Path key, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("echo", "--port", "0", "--tls", "--cert", chain.toString(), "--key", key.toString()));
        arguments.addAll(List.of(more));
        return tandem(arguments.toArray(String[]::new));
    }

    private static void assertRefused(Child child, Path file, String fault) throws InterruptedException {
        assertThat(child.exitCode(Duration.ofSeconds(30))).as(child.said()).isEqualTo(2);
        assertThat(child.out()).isEmpty();
        assertThat(child.err()).singleElement().asString().contains(file + ": ", fault);
    }

    @Test
    void aFileThatCannotBeUsedIsToldInOneLine() throws Exception {
        X509Bundle other = Authority.TRUSTED.issue("other.test");
        Path otherKey = Files.writeString(directory.resolve("other.key"), other.getPrivateKeyPEM());
        Path missing = directory.resolve("missing.pem");
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        Path damaged = Files.writeString(
                directory.resolve("damaged.pem"),
                Files.readString(files.chain()).replaceFirst("(?<=CERTIFICATE-----\n.{40}).{20}", "!"));

        assertRefused(echo(files.chain(), otherKey), otherKey, "not that of the certificate in " + files.chain());
        assertRefused(echo(missing, files.key()), missing, "does not exist");
        assertRefused(echo(files.chain(), missing), missing, "does not exist");
        assertRefused(echo(empty, files.key()), empty, "holds no certificate");
        assertRefused(echo(files.chain(), empty), empty, "holds no private key");
        assertRefused(echo(damaged, files.key()), damaged, "");
        assertRefused(echo(directory, files.key()), directory, "is a directory");
    }

    @Test
    void aKeyThatMayNotBeReadIsToldInOneLine() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "Only root can become somebody else.");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-------"));
        Child child = launcher.startAsNobody(
                "echo",
                "--port",
                "0",
                "--tls",
                "--cert",
                files.chain().toString(),
                "--key",
                files.key().toString());
        open.add(child);

        assertRefused(child, files.key(), "may not be read");
    }

    @Test
    void tlsNeedsAllThreeOptions() throws Exception {
        for (Child child : List.of(
                tandem("echo", "--port", "0", "--tls"),
                tandem(
                        "echo",
                        "--port",
                        "0",
                        "--cert",
                        files.chain().toString(),
                        "--key",
                        files.key().toString()))) {
            assertThat(child.exitCode(Duration.ofSeconds(30))).as(child.said()).isEqualTo(2);
            assertThat(child.err()).singleElement().asString().contains("Missing required");
        }
    }

    @ParameterizedTest
    @CsvSource({"epoll, -tls1_3", "epoll, -tls1_2", "io_uring, -tls1_3", "io_uring, -tls1_2"})
    void opensslTalksToIt(String transport, String version) throws Exception {
        assumeTrue(hasOpenssl(), "There is no openssl here.");
        int port = echo(files.chain(), files.key(), "--transport", transport).port();
        List<String> command = List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + port,
                "-servername",
                "localhost",
                "-verify_hostname",
                "localhost",
                "-CAfile",
                authority.toString(),
                "-verify_return_error",
                "-quiet",
                version);
        Process client = new ProcessBuilder(command)
                .redirectError(directory.resolve("client.err").toFile())
                .start();
        open.add(client::destroyForcibly);
        try (OutputStream in = client.getOutputStream();
                BufferedReader out = client.inputReader()) {
            for (String line : List.of("hello", "and again")) {
                in.write((line + "\n").getBytes());
                in.flush();
                assertThat(out.readLine())
                        .as(() -> "client: " + read("client.err"))
                        .isEqualTo(line);
            }
        }
    }

    private String read(String file) {
        try {
            return Files.readString(directory.resolve(file));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static boolean hasOpenssl() throws InterruptedException {
        try {
            return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
