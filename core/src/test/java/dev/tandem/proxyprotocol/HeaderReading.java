package dev.tandem.proxyprotocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.Objects;

/**
 * What must be so whatever a peer sends first: more bytes decide whether there is a header, and never change what was decided;
 * nothing is thrown but {@link ProxyHeaderException}; and what it names can be logged.
 */
final class HeaderReading {

    private static final String UNDECIDED = "undecided";

    private HeaderReading() {}

    static void check(byte[] bytes) {
        String decided = UNDECIDED;
        for (int count = 0; count <= bytes.length; count++) {
            String now = read(Unpooled.wrappedBuffer(bytes, 0, count));
            if (!decided.equals(UNDECIDED) && !now.equals(decided)) {
                throw failure("was '" + decided + "' and after " + count + " bytes is '" + now + "'", bytes, null);
            }
            decided = now;
        }
    }

    private static String read(ByteBuf in) {
        int count = in.readableBytes();
        try {
            ProxyHeader header = ProxyHeader.at(in);
            if (header == null) {
                require(count < ProxyHeader.BYTES_MAX, "is undecided about as many bytes as a header may have", in);
                return UNDECIDED;
            }
            require(in.readableBytes() == count, "has read what it should only look at", in);
            require(header.bytes() > 0 && header.bytes() <= count, "has more bytes than there are", in);
            require(header.isOfSomebody() == (header.destination() != null), "has one address only", in);
            String said = header.toString();
            require(said.chars().noneMatch(Character::isISOControl), "has control characters in its addresses", in);
            return said;
        } catch (ProxyHeaderException none) {
            return Objects.requireNonNull(none.getMessage());
        } catch (RuntimeException other) {
            throw failure("throws", bytes(in), other);
        }
    }

    private static void require(boolean kept, String otherwise, ByteBuf in) {
        if (!kept) {
            throw failure(otherwise, bytes(in), null);
        }
    }

    private static byte[] bytes(ByteBuf in) {
        byte[] bytes = new byte[in.writerIndex()];
        in.getBytes(0, bytes);
        return bytes;
    }

    private static AssertionError failure(String what, byte[] bytes, Throwable cause) {
        return new AssertionError("Reading " + HexFormat.of().formatHex(bytes) + " " + what + ".", cause);
    }
}
