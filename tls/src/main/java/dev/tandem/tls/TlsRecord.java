package dev.tandem.tls;

import io.netty.buffer.ByteBuf;
import javax.net.ssl.SSLException;

/** What the head of a record says (RFC 8446, 5.1), which is never encrypted: type, version and length. */
final class TlsRecord {

    static final int HEAD_BYTES = 5;

    /** The most a record may hold beyond its head, encrypted: what TLS 1.2 allows, which is more than TLS 1.3 does. */
    static final int BODY_BYTES_MAX = (1 << 14) + 2048;

    static final int BYTES_MAX = HEAD_BYTES + BODY_BYTES_MAX;

    /** More than head, nonce, padding and tag of a record take in any version. */
    static final int OVERHEAD_BYTES_MAX = 256;

    /** The most a record holds when it is not encrypted. */
    static final int PLAINTEXT_BYTES_MAX = 1 << 14;

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;
    private static final int APPLICATION_DATA = 23;
    private static final int CLIENT_HELLO = 1;

    /** More than any real client sends; one that announces more is refused before it is waited for. */
    private static final int CLIENT_HELLO_BYTES_MAX = 1 << 14;

    /** What an alert of TLS 1.3 is long: level, description, type and tag. */
    private static final int SEALED_ALERT_BYTES = 2 + 1 + 16;

    private TlsRecord() {}

    /**
     * How many bytes the record at the reader index has; 0 if not all of them are there.
     *
     * @throws SSLException if this is no record
     */
    static int completeBytes(ByteBuf in) throws SSLException {
        int there = in.readableBytes();
        if (there == 0) {
            return 0;
        }
        int at = in.readerIndex();
        int type = in.getUnsignedByte(at);
        if (type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA || there > 1 && in.getByte(at + 1) != 3) {
            throw new SSLException("the bytes are no TLS record");
        }
        if (there < HEAD_BYTES) {
            return 0;
        }
        int body = in.getUnsignedShort(at + 3);
        if (body > BODY_BYTES_MAX) {
            throw new SSLException("a record of " + body + " bytes is announced, and " + BODY_BYTES_MAX + " may be");
        }
        return there < HEAD_BYTES + body ? 0 : HEAD_BYTES + body;
    }

    /** How many bytes an incomplete record lacks, as far as can be told. */
    static int missingBytes(ByteBuf in) {
        int there = in.readableBytes();
        if (there < HEAD_BYTES) {
            return HEAD_BYTES - there;
        }
        return HEAD_BYTES + in.getUnsignedShort(in.readerIndex() + 3) - there;
    }

    /**
     * Looks at the first bytes of a connection, complete record or not.
     *
     * @throws SSLException if no client begins like this
     */
    static void requireClientHello(ByteBuf in) throws SSLException {
        int at = in.readerIndex();
        int there = in.readableBytes();
        boolean plausible = there == 0
                || in.getUnsignedByte(at) == HANDSHAKE
                        && (there < 2 || in.getByte(at + 1) == 3)
                        && (there <= HEAD_BYTES || in.getByte(at + HEAD_BYTES) == CLIENT_HELLO);
        if (!plausible) {
            throw new SSLException("its first bytes are not TLS");
        }
        // A client may cut its hello into records so short that the length is not in the first; then engines look after
        // it.
        boolean saysLength = there >= HEAD_BYTES + 4 && in.getUnsignedShort(at + 3) >= 4;
        if (saysLength && in.getUnsignedMedium(at + HEAD_BYTES + 1) > CLIENT_HELLO_BYTES_MAX) {
            throw new SSLException("its hello is said to have " + in.getUnsignedMedium(at + HEAD_BYTES + 1)
                    + " bytes, and " + CLIENT_HELLO_BYTES_MAX + " may be");
        }
    }

    /** Whether the record is part of a handshake that is not encrypted, or of one in TLS 1.2. */
    static boolean isHandshake(ByteBuf in) {
        return in.getUnsignedByte(in.readerIndex()) == HANDSHAKE;
    }

    /** Whether the record is an alert, or in TLS 1.3, where that is not to be seen, has the length of one. */
    static boolean mayBeAlert(ByteBuf in) {
        return in.getUnsignedByte(in.readerIndex()) == ALERT
                || in.getUnsignedShort(in.readerIndex() + 3) == SEALED_ALERT_BYTES;
    }
}
