package dev.tandem.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {

    private static final Path FILE = Path.of("some.pem");

    /** As {@code openssl ecparam -name prime256v1 -genkey} writes it. */
    private static final String SEC1 = """
            -----BEGIN EC PARAMETERS-----
            BggqhkjOPQMBBw==
            -----END EC PARAMETERS-----
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEID/CryjYil3RO0sl7va9+Xd8yAJT39Sn8C/VMHM/mv11oAoGCCqGSM49
            AwEHoUQDQgAEye/B9BrX+j9iwXwGFK4AkCcz3GlF3PbdInEgba4zmi6KTzPjyGel
            Y4AsC4Z+pWi79lUiSWKgpCnoCGJLW9m1qA==
            -----END EC PRIVATE KEY-----
            """;

    private static X509Bundle selfSigned(Algorithm algorithm) throws Exception {
        return new CertificateBuilder()
                .algorithm(algorithm)
                .subject("CN=test")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private static byte[] pem(String label, byte[] der) {
        return ("-----BEGIN " + label + "-----\r\n"
                        + Base64.getMimeEncoder().encodeToString(der)
                        + "\r\n-----END " + label + "-----\r\n")
                .getBytes(US_ASCII);
    }

    private static PrivateKey key(String text) {
        return Pem.privateKey(FILE, text.getBytes(US_ASCII));
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"ecp256", "ecp384", "rsa2048", "ed25519", "ed448"})
    void keysInPkcs8AreRead(Algorithm algorithm) throws Exception {
        X509Bundle bundle = selfSigned(algorithm);

        assertThat(key(bundle.getPrivateKeyPEM())).isEqualTo(bundle.getKeyPair().getPrivate());
    }

    @Test
    void rsaKeysInPkcs1AreRead() throws Exception {
        PrivateKey key = selfSigned(Algorithm.rsa2048).getKeyPair().getPrivate();
        byte[] pkcs8 = key.getEncoded();
        // What precedes it says that it is one of RSA.
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);

        assertThat(Pem.privateKey(FILE, pem("RSA PRIVATE KEY", pkcs1))).isEqualTo(key);
    }

    @Test
    void ellipticKeysInSec1AreRead() {
        assertThat(((ECPrivateKey) key(SEC1)).getParams().getCurve().getField().getFieldSize())
                .isEqualTo(256);
    }

    @Test
    void certificatesAreReadInTheirOrderWhateverStandsBetweenThem() throws Exception {
        X509Bundle first = selfSigned(Algorithm.ecp256);
        X509Bundle second = selfSigned(Algorithm.rsa2048);
        String text = "subject=CN = test\n" + first.getCertificatePEM() + "\n\n# the next\n" + first.getPrivateKeyPEM()
                + second.getCertificatePEM();

        assertThat(Pem.certificates(FILE, text.getBytes(US_ASCII)))
                .containsExactly(first.getCertificate(), second.getCertificate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no PEM at all",
                "-----BEGIN PRIVATE KEY-----\nMIGHAgEA",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMIP///8=\n-----END EC PRIVATE KEY-----",
            })
    void whatIsNoKeyIsRefusedWithTheNameOfTheFile(String text) {
        assertThatExceptionOfType(TlsFileException.class)
                .isThrownBy(() -> key(text))
                .withMessageStartingWith("some.pem: ");
    }

    @Test
    void anEncryptedKeyIsRefusedWithAdvice() {
        String text = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIHsMFcG\n-----END ENCRYPTED PRIVATE KEY-----";

        assertThatExceptionOfType(TlsFileException.class)
                .isThrownBy(() -> key(text))
                .withMessageContaining("is encrypted. Decrypt it with");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN CERTIFICATE-----\nMIIB",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
            })
    void whatIsNoCertificateIsRefusedWithTheNameOfTheFile(String text) {
        assertThatExceptionOfType(TlsFileException.class)
                .isThrownBy(() -> Pem.certificates(FILE, text.getBytes(US_ASCII)))
                .withMessageStartingWith("some.pem: ");
    }
}
