package dev.tandem.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tandem.tls.CertificateFiles.KeyStoreFile;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyStoreFileTest {

    private static final char[] PASSWORD = "secret".toCharArray();

    @TempDir
    Path directory;

    private Path store;
    private X509Bundle bundle;

    @BeforeEach
    void make() throws Exception {
        store = directory.resolve("store");
        bundle = new CertificateBuilder()
                .ecp256()
                .subject("CN=test")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private void write(String type) throws Exception {
        try (OutputStream out = Files.newOutputStream(store)) {
            bundle.toKeyStore(type, PASSWORD).store(out, PASSWORD);
        }
    }

    private List<Identity> load(char[] password) {
        KeyStoreFile file = new KeyStoreFile(store, password);
        return file.load(FileContents.read(file.files()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void everyTypeOfStoreIsRead(String type) throws Exception {
        write(type);

        assertThat(load(PASSWORD)).singleElement().satisfies(identity -> {
            assertThat(identity.certificate()).isEqualTo(bundle.getCertificate());
            assertThat(identity.isConsistent()).isTrue();
        });
    }

    @Test
    void aWrongPasswordIsToldWithTheNameOfTheFile() throws Exception {
        write("PKCS12");

        assertThatExceptionOfType(TlsFileException.class)
                .isThrownBy(() -> load("wrong".toCharArray()))
                .withMessageContaining(store + ": ")
                .withMessageContaining("the password is wrong");
    }

    @Test
    void whatIsNoStoreIsToldWithTheNameOfTheFile() throws Exception {
        Files.writeString(store, "no key store");

        assertThatExceptionOfType(TlsFileException.class)
                .isThrownBy(() -> load(PASSWORD))
                .withMessageContaining(store + ": ");
    }

    @Test
    void thePasswordIsNotPrinted() {
        assertThat(new KeyStoreFile(store, PASSWORD).toString()).doesNotContain("secret");
    }
}
