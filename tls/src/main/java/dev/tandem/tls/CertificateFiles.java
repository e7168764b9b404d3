package dev.tandem.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where identities are kept. */
sealed interface CertificateFiles {

    Set<Path> files();

    /** Where to look first if something is wrong with a certificate. */
    Path certificateFile();

    /**
     * The identities in these files.
     *
     * @throws TlsFileException if a file cannot be used
     */
    List<Identity> load(FileContents contents);

    /** A chain of certificates and its key, each in a PEM file; it may be the same. */
    record PemFiles(Path chain, Path key) implements CertificateFiles {

        @Override
        public Set<Path> files() {
            return new LinkedHashSet<>(List.of(chain, key));
        }

        @Override
        public Path certificateFile() {
            return chain;
        }

        @Override
        public List<Identity> load(FileContents contents) {
            Identity identity =
                    new Identity(Pem.privateKey(key, contents.of(key)), Pem.certificates(chain, contents.of(chain)));
            if (!identity.isConsistent()) {
                throw new TlsFileException(key, "the private key is not that of the certificate in " + chain + ".");
            }
            return List.of(identity);
        }
    }

    /** A key store of any type that the JDK knows, such as PKCS #12. Every key in it is an identity. */
    record KeyStoreFile(Path store, char[] password) implements CertificateFiles {

        @Override
        public Set<Path> files() {
            return Set.of(store);
        }

        @Override
        public Path certificateFile() {
            return store;
        }

        @Override
        public List<Identity> load(FileContents contents) {
            byte[] bytes = contents.of(store);
            try {
                return identities(open(bytes));
            } catch (IOException e) {
                throw new TlsFileException(store, "cannot be opened as a key store, or the password is wrong.", e);
            } catch (GeneralSecurityException e) {
                throw new TlsFileException(store, "a key cannot be had: " + e.getMessage() + ".", e);
            }
        }

        private KeyStore open(byte[] bytes) throws GeneralSecurityException, IOException {
            // The default type reads PKCS #12 and JKS alike.
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(new ByteArrayInputStream(bytes), password);
            return keys;
        }

        private List<Identity> identities(KeyStore keys) throws GeneralSecurityException {
            List<Identity> identities = new ArrayList<>();
            for (String alias : Collections.list(keys.aliases())) {
                if (keys.getKey(alias, password) instanceof PrivateKey key) {
                    List<X509Certificate> chain = Arrays.stream(keys.getCertificateChain(alias))
                            .map(X509Certificate.class::cast)
                            .toList();
                    identities.add(new Identity(key, chain));
                }
            }
            if (identities.isEmpty()) {
                throw new TlsFileException(store, "holds no private key.");
            }
            return identities;
        }

        @Override
        public String toString() {
            return "KeyStoreFile[store=" + store + "]";
        }
    }
}
