package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.server.TcpServer;
import dev.tandem.tls.Tls;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates are replaced while the server runs. */
@OnBothTransportsWithEitherProvider
class TlsReloadTest extends TlsEndToEnd {

    /** What is promised, with room for a machine that has other things to do. */
    private static final Duration RELOAD_MAX = Duration.ofSeconds(1).plusMillis(500);

    private Path chain;
    private Path key;

    @BeforeEach
    void firstCertificate() throws IOException {
        chain = directory.resolve("server.pem");
        key = directory.resolve("server.key");
        write(certificate(1));
    }

    private static X509Bundle certificate(int serial) {
        return Authority.TRUSTED.issue(builder -> builder.ecp256()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .serial(BigInteger.valueOf(serial)));
    }

    private void write(X509Bundle bundle) throws IOException {
        Files.writeString(chain, bundle.getCertificatePathPEM());
        Files.writeString(key, bundle.getPrivateKeyPEM());
    }

    /** Chain and key in one file that is replaced in one step: at no moment does the one not fit the other. */
    private static void replace(Path file, X509Bundle bundle) throws IOException {
        Path next = Files.writeString(
                file.resolveSibling("next.pem"), bundle.getCertificatePathPEM() + bundle.getPrivateKeyPEM());
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private int servedBy(TcpServer server) {
        try (TlsPeer peer = new TlsClient().connect(server.port())) {
            return peer.serverCertificate().getSerialNumber().intValue();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitServed(TcpServer server, int serial) {
        Await.until("certificate " + serial + " is served", () -> servedBy(server) == serial);
    }

    @Test
    void filesWrittenOverAreInForceWithinASecondAndOpenConnectionsLiveOn() throws Exception {
        TcpServer server = startEcho(Tls.pem(chain, key));
        TlsPeer old = connect(new TlsClient(), server);
        old.echo("before");

        int serial = 1;
        Duration took;
        do {
            write(certificate(++serial));
            long written = System.nanoTime();
            awaitServed(server, serial);
            took = Duration.ofNanos(System.nanoTime() - written);
            // Again if the machine stood still meanwhile, which it does not do every time.
        } while (took.compareTo(RELOAD_MAX) > 0 && serial < 4);

        assertThat(took).isLessThan(RELOAD_MAX);
        old.echo("after");
        // They are in force before the log says so.
        Await.value(
                "reloads that were logged",
                serial - 1,
                () -> Logs.with("Certificates were reloaded").size());
    }

    @Test
    void aSessionFromBeforeIsNotResumed() throws Exception {
        TcpServer server = startEcho(Tls.pem(chain, key));
        TlsClient client = new TlsClient();
        connect(client, server).echo("before");
        write(certificate(2));
        awaitServed(server, 2);

        TlsPeer after = connect(client, server);
        after.echo("after");
        assertThat(after.serverCertificate().getSerialNumber()).isEqualTo(2);
    }

    /** As Kubernetes replaces the files of a secret: names stay, a link in their way leads elsewhere. */
    @Test
    void aLinkThatLeadsElsewhereIsNoticed() throws Exception {
        for (int i = 1; i <= 2; i++) {
            Path version = Files.createDirectory(directory.resolve("..version" + i));
            X509Bundle bundle = certificate(10 + i);
            Files.writeString(version.resolve("tls.crt"), bundle.getCertificatePathPEM());
            Files.writeString(version.resolve("tls.key"), bundle.getPrivateKeyPEM());
        }
        Path data = Files.createSymbolicLink(directory.resolve("..data"), Path.of("..version1"));
        Path linkedChain = Files.createSymbolicLink(directory.resolve("tls.crt"), Path.of("..data/tls.crt"));
        Path linkedKey = Files.createSymbolicLink(directory.resolve("tls.key"), Path.of("..data/tls.key"));
        TcpServer server = startEcho(Tls.pem(linkedChain, linkedKey));
        assertThat(servedBy(server)).isEqualTo(11);

        Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..version2"));
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

        awaitServed(server, 12);
    }

    @Test
    void otherClientsAreTrustedWhenTheAuthoritiesChange() throws Exception {
        Path authorities = directory.resolve("authorities.pem");
        Authority second = new Authority("CN=second");
        Files.writeString(authorities, Authority.TRUSTED.root().getCertificatePEM());
        TcpServer server = startEcho(Tls.pem(chain, key).withRequiredClientCertificates(authorities));
        TlsClient ofSecond =
                new TlsClient(second.issue(builder -> builder.ecp256().subject("CN=client")));
        assertThat(connect(ofSecond, server).isRefused()).isTrue();

        Files.writeString(authorities, second.root().getCertificatePEM());

        Await.until(
                "the reload is logged",
                () -> !Logs.with("Certificates were reloaded").isEmpty());
        connect(ofSecond, server).echo("hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut short", "no certificate", "wrong key", "gone", "expired", "empty key"})
    void filesThatCannotBeUsedLeaveTheLastGoodOnesInForce(String fault) throws Exception {
        TcpServer server = startEcho(Tls.pem(chain, key));

        breakFiles(fault);

        Await.until(
                "the log says so",
                () -> !Logs.with("The certificates stay as they were.").isEmpty());
        String expectedFile = fault.contains("key") ? "server.key" : "server.pem";
        assertThat(Logs.with("The certificates stay as they were."))
                .singleElement()
                .asString()
                .contains(expectedFile);
        assertThat(servedBy(server)).isEqualTo(1);

        write(certificate(3));
        awaitServed(server, 3);
    }

    private static X509Bundle expired(String host) {
        return Authority.TRUSTED.issue(builder -> builder.ecp256()
                .subject("CN=" + host)
                .addSanDnsName(host)
                .notBefore(Instant.parse("2020-01-01T00:00:00Z"))
                .notAfter(Instant.parse("2020-01-02T00:00:00Z")));
    }

    private void breakFiles(String fault) throws IOException {
        switch (fault) {
            case "cut short" -> Files.writeString(chain, Files.readString(chain).substring(0, 300));
            case "no certificate" -> Files.writeString(chain, "nothing to see here\n");
            case "wrong key" -> Files.writeString(key, certificate(2).getPrivateKeyPEM());
            case "gone" -> Files.delete(chain);
            case "empty key" -> Files.writeString(key, "");
            case "expired" -> write(expired("localhost"));
            default -> throw new IllegalArgumentException(fault);
        }
    }

    /** It was accepted at the start, with a warning; that it is not valid is no fault of the others. */
    @Test
    void aCertificateThatHasExpiredDoesNotKeepOthersFromBeingReplaced() throws Exception {
        Authority.PemFiles old = Authority.write(directory, "old", expired("old.test"));
        TcpServer server = startEcho(Tls.pem(chain, key).andPem(old.chain(), old.key()));
        assertThat(servedBy(server)).isEqualTo(1);

        write(certificate(2));

        awaitServed(server, 2);
    }

    /** Whoever issues certificates may have a clock that is ahead. */
    @Test
    void aCertificateThatIsNotValidYetIsInForceWhenItIs() throws Exception {
        TcpServer server = startEcho(Tls.pem(chain, key));
        Instant valid = Instant.now().plusSeconds(3);

        write(Authority.TRUSTED.issue(builder -> builder.ecp256()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .serial(BigInteger.valueOf(2))
                .notBefore(valid)));

        Await.until(
                "the log says so",
                () -> !Logs.with("The certificates stay as they were.").isEmpty());
        Await.until("it is valid", () -> Instant.now().isAfter(valid));
        awaitServed(server, 2);
    }

    @Test
    void reloadsUnderLoadFailNoHandshake() throws Exception {
        reloadUnderLoad(Duration.ofSeconds(3), 50);
    }

    @Test
    @Tag("long")
    @Timeout(180)
    void reloadsEverySecondForAMinuteUnderTwoHundredHandshakesASecondFailNone() throws Exception {
        reloadUnderLoad(Duration.ofSeconds(60), 200);
    }

    private void reloadUnderLoad(Duration length, int handshakesPerSecond) throws Exception {
        Path both = directory.resolve("both.pem");
        replace(both, certificate(100));
        TcpServer server = startEcho(Tls.pem(both, both));
        TlsPeer old = connect(new TlsClient(), server);
        old.echo("before");
        AtomicInteger served = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        long end = System.nanoTime() + length.toNanos();
        for (int i = 0; i < 4; i++) {
            running.add(threads.submit(() -> {
                // A client of its own each: nothing is resumed.
                for (long next = System.nanoTime();
                        System.nanoTime() < end;
                        next += 4 * TimeUnit.SECONDS.toNanos(1) / handshakesPerSecond) {
                    try (TlsPeer peer = new TlsClient().connect(server.port())) {
                        peer.echo("hello");
                        served.incrementAndGet();
                    }
                    LockSupport.parkNanos(next - System.nanoTime());
                }
                return null;
            }));
        }
        int serial = 100;
        while (System.nanoTime() < end) {
            replace(both, certificate(++serial));
            TimeUnit.SECONDS.sleep(1);
        }
        threads.shutdown();
        for (Future<?> each : running) {
            each.get(20, TimeUnit.SECONDS);
        }

        awaitServed(server, serial);
        old.echo("after");
        System.out.println("TlsReloadTest: " + served + " handshakes over " + (serial - 100) + " certificates");
        assertThat(Logs.with("The certificates stay as they were.")).isEmpty();
        assertThat(Logs.with("refused with")).isEmpty();
    }
}
