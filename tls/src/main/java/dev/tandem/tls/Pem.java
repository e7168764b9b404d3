package dev.tandem.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys between BEGIN and END lines (RFC 7468). What stands outside is skipped. */
final class Pem {

    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    private record Block(String label, byte[] bytes) {}

    private Pem() {}

    /**
     * All certificates in a file, in their order.
     *
     * @throws TlsFileException if there is none, or one that cannot be understood
     */
    static List<X509Certificate> certificates(Path file, byte[] contents) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(file, contents)) {
            if (block.label.equals("CERTIFICATE") || block.label.equals("X509 CERTIFICATE")) {
                certificates.add(certificate(file, block.bytes, certificates.size() + 1));
            }
        }
        if (certificates.isEmpty()) {
            throw new TlsFileException(file, "holds no certificate (no complete '-----BEGIN CERTIFICATE-----' block).");
        }
        return certificates;
    }

    private static X509Certificate certificate(Path file, byte[] der, int number) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new TlsFileException(file, "certificate " + number + " cannot be understood.", e);
        }
    }

    /**
     * The first private key in a file.
     *
     * @throws TlsFileException if there is none, or it is encrypted or cannot be understood
     */
    static PrivateKey privateKey(Path file, byte[] contents) {
        for (Block block : blocks(file, contents)) {
            try {
                switch (block.label) {
                    case "PRIVATE KEY" -> {
                        return PrivateKeys.fromPkcs8(block.bytes);
                    }
                    case "RSA PRIVATE KEY" -> {
                        return PrivateKeys.fromPkcs1(block.bytes);
                    }
                    case "EC PRIVATE KEY" -> {
                        return PrivateKeys.fromSec1(block.bytes);
                    }
                    default -> {
                        // Certificates and parameters may stand beside the key.
                    }
                }
            } catch (GeneralSecurityException | RuntimeException e) {
                throw new TlsFileException(file, "the private key cannot be understood.", e);
            }
        }
        if (text(contents).contains("ENCRYPTED")) {
            throw new TlsFileException(
                    file, "the private key is encrypted. Decrypt it with 'openssl pkey', or use a key store.");
        }
        throw new TlsFileException(file, "holds no private key (no complete '-----BEGIN PRIVATE KEY-----' block).");
    }

    private static List<Block> blocks(Path file, byte[] contents) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text(contents));
        while (matcher.find()) {
            try {
                blocks.add(new Block(
                        matcher.group(1),
                        Base64.getDecoder().decode(matcher.group(2).replaceAll("\\s", ""))));
            } catch (IllegalArgumentException e) {
                throw new TlsFileException(file, "the block '" + matcher.group(1) + "' is damaged.", e);
            }
        }
        return blocks;
    }

    private static String text(byte[] contents) {
        return new String(contents, StandardCharsets.ISO_8859_1);
    }
}
