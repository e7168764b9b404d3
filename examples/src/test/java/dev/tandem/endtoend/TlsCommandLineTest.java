package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
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

/** What a user of {@code ./tandem echo --tls} sees, with the real launcher. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TlsCommandLineTest {

    @TempDir
    static Path root;

    private static InstalledLauncher launcher;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Authority.PemFiles files;

    @BeforeAll
    static void install() throws IOException {
        launcher = new InstalledLauncher(root);
    }

    @BeforeEach
    void issue() throws IOException {
        files = Authority.write(directory, "server", Authority.TRUSTED.issue("localhost"));
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
                directory.resolve("damaged.pem"), new StringBuilder(Files.readString(files.chain())).insert(100, '!'));

        // All at once, because each is a JVM to be started.
        Child wrongKey = echo(files.chain(), otherKey);
        Child noChain = echo(missing, files.key());
        Child noKey = echo(files.chain(), missing);
        Child emptyChain = echo(empty, files.key());
        Child emptyKey = echo(files.chain(), empty);
        Child damagedChain = echo(damaged, files.key());
        Child isDirectory = echo(directory, files.key());

        assertRefused(wrongKey, otherKey, "not that of the certificate in " + files.chain());
        assertRefused(noChain, missing, "does not exist");
        assertRefused(noKey, missing, "does not exist");
        assertRefused(emptyChain, empty, "holds no certificate");
        assertRefused(emptyKey, empty, "holds no private key");
        assertRefused(damagedChain, damaged, "is damaged");
        assertRefused(isDirectory, directory, "is a directory");
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
}
