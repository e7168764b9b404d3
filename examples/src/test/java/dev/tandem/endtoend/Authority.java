package dev.tandem.endtoend;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;

/** Issues certificates, and writes them to files. */
final class Authority {

    /** The one that clients and servers of tests trust. */
    static final Authority TRUSTED = new Authority("CN=trusted");

    private static final String SUBJECT_ALT_NAME = "2.5.29.17";

    private final X509Bundle root;

    Authority(String name) {
        try {
            root = new CertificateBuilder()
                    .ecp256()
                    .subject(name)
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    X509Bundle root() {
        return root;
    }

    /** A certificate for hosts of these names. */
    X509Bundle issue(String... hosts) {
        return issue(builder -> builder.ecp256()
                .subject("CN=" + hosts[0])
                .addExtensionOctetString(SUBJECT_ALT_NAME, false, dns(hosts)));
    }

    /** A certificate for a host, of the kind that public authorities issue today. */
    X509Bundle issueLikePublicOnes(String host) {
        Instant now = Instant.now();
        return issue(builder -> builder.ecp256()
                .subject("CN=" + host)
                .addSanDnsName(host)
                .notBefore(now.minus(1, ChronoUnit.DAYS))
                .notAfter(now.plus(89, ChronoUnit.DAYS))
                .setKeyUsage(true, CertificateBuilder.KeyUsage.digitalSignature)
                .addExtendedKeyUsageServerAuth()
                .addCrlDistributionPoint(URI.create("http://127.0.0.1/revoked.crl")));
    }

    /** By hand, because the builder knows no wildcards. */
    private static byte[] dns(String... hosts) {
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        for (String host : hosts) {
            names.write(0x82);
            names.write(host.length());
            names.writeBytes(host.getBytes(StandardCharsets.US_ASCII));
        }
        ByteArrayOutputStream sequence = new ByteArrayOutputStream();
        sequence.write(0x30);
        sequence.write(names.size());
        sequence.writeBytes(names.toByteArray());
        return sequence.toByteArray();
    }

    X509Bundle issue(UnaryOperator<CertificateBuilder> describe) {
        try {
            return describe.apply(new CertificateBuilder()).buildIssuedBy(root);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The certificate of the authority itself. */
    Path file(Path directory) throws IOException {
        return Files.writeString(directory.resolve("authority-" + root.hashCode() + ".pem"), root.getCertificatePEM());
    }

    /** A chain and its key in files. */
    record PemFiles(Path chain, Path key) {}

    static PemFiles write(Path directory, String name, X509Bundle bundle) throws IOException {
        return new PemFiles(
                Files.writeString(directory.resolve(name + ".pem"), bundle.getCertificatePathPEM()),
                Files.writeString(directory.resolve(name + ".key"), bundle.getPrivateKeyPEM()));
    }
}
