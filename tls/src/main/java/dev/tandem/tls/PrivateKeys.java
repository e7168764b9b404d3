package dev.tandem.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;

/** Private keys of the encodings that tools write. The JDK reads PKCS #8 only, which the older ones are wrapped into. */
final class PrivateKeys {

    private static final String[] ALGORITHMS = {"RSA", "EC", "Ed25519", "Ed448", "RSASSA-PSS"};

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int CURVE_OF_SEC1 = 0xA0;
    private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
    /** rsaEncryption, 1.2.840.113549.1.1.1, and NULL. */
    private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");
    /** id-ecPublicKey, 1.2.840.10045.2.1. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private PrivateKeys() {}

    /** {@code PRIVATE KEY}, RFC 5208. */
    static PrivateKey fromPkcs8(byte[] der) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException notThisOne) {
                // The next.
            }
        }
        throw new InvalidKeyException("not a key of any of " + String.join(", ", ALGORITHMS));
    }

    /** {@code RSA PRIVATE KEY}, RFC 8017, appendix A.1.2. */
    static PrivateKey fromPkcs1(byte[] der) throws GeneralSecurityException {
        return fromPkcs8(element(SEQUENCE, VERSION_0, element(SEQUENCE, RSA), element(OCTET_STRING, der)));
    }

    /** {@code EC PRIVATE KEY}, RFC 5915. */
    static PrivateKey fromSec1(byte[] der) throws GeneralSecurityException {
        byte[] algorithm = element(SEQUENCE, EC, curve(ByteBuffer.wrap(der)));
        return fromPkcs8(element(SEQUENCE, VERSION_0, algorithm, element(OCTET_STRING, der)));
    }

    private static byte[] curve(ByteBuffer der) throws InvalidKeyException {
        der.get();
        der.limit(length(der) + der.position());
        while (der.hasRemaining()) {
            int tag = der.get() & 0xFF;
            byte[] value = new byte[length(der)];
            der.get(value);
            if (tag == CURVE_OF_SEC1) {
                return value;
            }
        }
        throw new InvalidKeyException("the key does not name its curve");
    }

    private static int length(ByteBuffer der) {
        int first = der.get() & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = first & 0x7F; i > 0; i--) {
            length = length << 8 | der.get() & 0xFF;
        }
        return length;
    }

    private static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            value.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        writeLength(value.size(), element);
        element.writeBytes(value.toByteArray());
        return element.toByteArray();
    }

    /** In as few bytes as possible: others are refused. */
    private static void writeLength(int length, ByteArrayOutputStream out) {
        if (length < 0x80) {
            out.write(length);
            return;
        }
        int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
        out.write(0x80 | bytes);
        for (int i = bytes - 1; i >= 0; i--) {
            out.write(length >> 8 * i);
        }
    }
}
