package dev.tandem.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Who the server is: a key, and the chain of certificates that vouches for it, the own one first. */
record Identity(PrivateKey key, List<X509Certificate> chain) {

    private static final int DNS_NAME = 2;

    X509Certificate certificate() {
        return chain.get(0);
    }

    /** The kind of key as engines name it: RSA, EC, EdDSA. */
    String keyType() {
        return certificate().getPublicKey().getAlgorithm();
    }

    /** Whether the key is that of the certificate. */
    boolean isConsistent() {
        String algorithm = switch (keyType()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> keyType();
        };
        byte[] message = {1};
        try {
            if (keyType().equals("RSASSA-PSS") || key.getAlgorithm().equals("RSASSA-PSS")) {
                return keyType().equals(key.getAlgorithm());
            }
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(message);
            return isSigned(algorithm, message, signing.sign(), certificate().getPublicKey());
        } catch (GeneralSecurityException otherKindOfKey) {
            return false;
        }
    }

    private static boolean isSigned(String algorithm, byte[] message, byte[] signature, PublicKey by)
            throws GeneralSecurityException {
        Signature verifying = Signature.getInstance(algorithm);
        verifying.initVerify(by);
        verifying.update(message);
        return verifying.verify(signature);
    }

    /** Why the certificate is not valid at this moment; empty if it is. */
    Optional<String> invalidity() {
        try {
            certificate().checkValidity();
            return Optional.empty();
        } catch (CertificateExpiredException e) {
            return Optional.of("the certificate has expired: it was valid until "
                    + certificate().getNotAfter().toInstant() + ".");
        } catch (CertificateNotYetValidException e) {
            return Optional.of("the certificate is not valid yet: it will be from "
                    + certificate().getNotBefore().toInstant() + ".");
        }
    }

    /** The names of hosts the certificate is for, in lower case; such as {@code *.example.org} for all of a domain. */
    Set<String> hostNames() {
        Set<String> names = new HashSet<>();
        try {
            Collection<List<?>> alternatives = certificate().getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> name : alternatives) {
                    if (name.get(0).equals(DNS_NAME)) {
                        names.add(((String) name.get(1)).toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException noNames) {
            // Then it is for none.
        }
        return names;
    }
}
