package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tools that people check a server with, against {@code ./tandem echo --tls} and {@code ./tandem http --tls}. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TlsToolsTest {

    @TempDir
    static Path directory;

    private static final Map<String, Child> SERVERS = new TreeMap<>();
    private static Path authority;

    private final List<Child> clients = new ArrayList<>();

    @BeforeAll
    static void startServers() throws IOException {
        InstalledLauncher launcher = new InstalledLauncher(Files.createDirectory(directory.resolve("tandem")));
        Authority.PemFiles files =
                Authority.write(directory, "server", Authority.TRUSTED.issueLikePublicOnes("localhost"));
        authority = Authority.TRUSTED.file(directory);
        for (String transport : List.of("epoll", "io_uring")) {
            for (String server : List.of("echo", "http")) {
                SERVERS.put(
                        server + " " + transport,
                        launcher.start(
                                Map.of(),
                                server,
                                "--port",
                                "0",
                                "--transport",
                                transport,
                                "--tls",
                                "--cert",
                                files.chain().toString(),
                                "--key",
                                files.key().toString()));
            }
        }
    }

    @AfterAll
    static void endServers() {
        SERVERS.values().forEach(Child::close);
        SERVERS.clear();
    }

    @AfterEach
    void endClients() {
        clients.forEach(Child::close);
    }

    private static String port(String server, String transport) {
        return Integer.toString(SERVERS.get(server + " " + transport).port());
    }

    /** Starts a tool that reads {@code input}. */
    private Child run(String input, String tool, String... arguments) throws IOException {
        assumeTrue(Tools.have(tool), "There is no " + tool + " here; .ci/run installs it.");
        List<String> command = new ArrayList<>(List.of(tool));
        command.addAll(Arrays.asList(arguments));
        Path file = Files.writeString(directory.resolve("input"), input);
        Child client = Child.start(command, file);
        clients.add(client);
        return client;
    }

    // ---- OpenSSL ----

    private Child openssl(String input, String server, String transport, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "s_client",
                "-connect",
                "127.0.0.1:" + port(server, transport),
                "-servername",
                "localhost",
                "-verify_hostname",
                "localhost",
                "-CAfile",
                authority.toString(),
                "-verify_return_error",
                "-ign_eof"));
        arguments.addAll(List.of(more));
        return run(input, "openssl", arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"epoll, -tls1_3", "epoll, -tls1_2", "io_uring, -tls1_3", "io_uring, -tls1_2"})
    void opensslIsEchoed(String transport, String version) throws Exception {
        Child client = openssl("hello\nand again\n", "echo", transport, version, "-quiet");

        client.awaitOutput("and again");
        assertThat(client.out()).containsExactly("hello", "and again");
    }

    @ParameterizedTest
    @CsvSource({"epoll, -tls1_3", "epoll, -tls1_2", "io_uring, -tls1_3", "io_uring, -tls1_2"})
    void opensslGetsThePage(String transport, String version) throws Exception {
        Child client = openssl(
                "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "http",
                transport,
                version,
                "-alpn",
                "h2,http/1.1");

        assertThat(client.exitCode(Duration.ofSeconds(20))).as(client.said()).isZero();
        assertThat(client.out())
                .contains("ALPN protocol: http/1.1", "HTTP/1.1 200 OK")
                .anyMatch(line -> line.contains("<h1>Tandem</h1>"))
                .anyMatch(line -> line.contains("Verify return code: 0 (ok)"));
    }

    @ParameterizedTest
    @CsvSource({"epoll, -tls1", "epoll, -tls1_1", "io_uring, -tls1", "io_uring, -tls1_1"})
    void opensslIsRefusedOldVersions(String transport, String version) throws Exception {
        Child client = openssl("hello\n", "echo", transport, version, "-cipher", "ALL:@SECLEVEL=0");

        assertThat(client.exitCode(Duration.ofSeconds(20))).as(client.said()).isNotZero();
        assertThat(client.said()).contains("alert protocol version");
    }

    // ---- GnuTLS ----

    private Child gnutls(String input, String server, String transport, String version, String... more)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--x509cafile",
                authority.toString(),
                "--sni-hostname",
                "localhost",
                "--verify-hostname",
                "localhost",
                "--priority",
                "NORMAL:-VERS-ALL:+VERS-" + version,
                "--port",
                port(server, transport)));
        arguments.addAll(List.of(more));
        arguments.add("127.0.0.1");
        return run(input, "gnutls-cli", arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"epoll, TLS1.3", "epoll, TLS1.2", "io_uring, TLS1.3", "io_uring, TLS1.2"})
    void gnutlsIsEchoed(String transport, String version) throws Exception {
        Child client = gnutls("hello\nand again\n", "echo", transport, version);

        client.awaitOutput("and again");
        assertThat(client.out()).contains("hello", "- Status: The certificate is trusted. ");
    }

    @ParameterizedTest
    @CsvSource({"epoll, TLS1.3", "epoll, TLS1.2", "io_uring, TLS1.3", "io_uring, TLS1.2"})
    void gnutlsGetsThePage(String transport, String version) throws Exception {
        Child client =
                gnutls("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "http", transport, version, "--alpn", "http/1.1");

        client.awaitOutput("<h1>Tandem</h1>");
        assertThat(client.out()).contains("- Application protocol: http/1.1", "HTTP/1.1 200 OK");
    }

    // ---- curl ----

    private Child curl(String server, String transport, String... more) throws IOException {
        String port = port(server, transport);
        List<String> arguments = new ArrayList<>(List.of(
                "--silent",
                "--show-error",
                "--verbose",
                "--no-buffer",
                "--cacert",
                authority.toString(),
                "--resolve",
                "localhost:" + port + ":127.0.0.1",
                "--max-time",
                "20"));
        arguments.addAll(List.of(more));
        arguments.add("https://localhost:" + port + "/");
        return run("", "curl", arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"epoll, 1.3", "epoll, 1.2", "io_uring, 1.3", "io_uring, 1.2"})
    void curlGetsThePage(String transport, String version) throws Exception {
        Child client = curl("http", transport, "--tlsv" + version, "--tls-max", version);

        assertThat(client.exitCode(Duration.ofSeconds(20))).as(client.said()).isZero();
        assertThat(client.out()).anyMatch(line -> line.contains("<h1>Tandem</h1>"));
        assertThat(client.err())
                .anyMatch(line -> line.contains("SSL connection using TLSv" + version))
                .anyMatch(line -> line.contains("server accepted http/1.1"))
                .anyMatch(line -> line.contains("SSL certificate verify ok"));
    }

    /** The echo of a request is no response, but curl shows it if it is told to. */
    @ParameterizedTest
    @CsvSource({"epoll, 1.3", "epoll, 1.2", "io_uring, 1.3", "io_uring, 1.2"})
    void curlIsEchoed(String transport, String version) throws Exception {
        Child client = curl("echo", transport, "--http0.9", "--tlsv" + version, "--tls-max", version);

        client.awaitOutput("User-Agent: curl/");
        assertThat(client.out()).startsWith("GET / HTTP/1.1");
    }

    // ---- testssl.sh ----

    private static final Pattern FINDING = Pattern.compile(
            "\"id\"\\s*:\\s*\"([^\"]*)\".*?\"severity\"\\s*:\\s*\"([^\"]*)\".*?\"finding\"\\s*:\\s*\"([^\"]*)\"",
            Pattern.DOTALL);

    /** It looks for everything that is known to be wrong with servers, which takes a minute each. */
    @Tag("long")
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    @ParameterizedTest
    @CsvSource({"echo, epoll", "http, epoll", "echo, io_uring", "http, io_uring"})
    void testsslFindsNothingAboveLow(String server, String transport) throws Exception {
        String testssl = Tools.have("testssl.sh") ? "testssl.sh" : "testssl";
        Path report = directory.resolve("report.json");
        Files.deleteIfExists(report);
        Child client = run(
                "",
                testssl,
                "--quiet",
                "--warnings",
                "batch",
                "--color",
                "0",
                "--add-ca",
                authority.toString(),
                "--ip",
                "127.0.0.1",
                "--jsonfile",
                report.toString(),
                "localhost:" + port(server, transport));

        client.exitCode(Duration.ofMinutes(15));
        List<String> findings = FINDING.matcher(Files.readString(report))
                .results()
                .map(finding -> finding.group(2) + " " + finding.group(1) + ": " + finding.group(3))
                .toList();
        assertThat(findings).as(client::said).hasSizeGreaterThan(50);
        assertThat(findings).noneMatch(finding -> finding.matches("(MEDIUM|HIGH|CRITICAL|FATAL) .*"));
    }
}
