package dev.tandem.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;

/** A certificate that is its own authority. */
final class SelfSigned {

    private SelfSigned() {}

    static X509Bundle of(String name) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    /** A server's, with its files in this directory. */
    static Tls in(Path directory, X509Bundle bundle) throws Exception {
        return Tls.pem(
                Files.writeString(directory.resolve("chain"), bundle.getCertificatePathPEM()),
                Files.writeString(directory.resolve("key"), bundle.getPrivateKeyPEM()));
    }
}
