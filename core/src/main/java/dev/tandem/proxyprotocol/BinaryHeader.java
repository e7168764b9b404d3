package dev.tandem.proxyprotocol;

import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.zip.CRC32C;

/**
 * Version 2: a signature that no other protocol begins with, a command, a family, a length, two addresses, and extensions of
 * which the checksum is heeded and the rest is skipped.
 */
final class BinaryHeader {

    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
    private static final int FIXED_BYTES = 16;
    private static final int VERSION = 2;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    private static final int UNIX_PATH_BYTES = 108;
    private static final int CHECKSUM_TYPE = 0x03;
    private static final int CHECKSUM_BYTES = 4;

    private BinaryHeader() {}

    static ProxyHeader at(ByteBuf in) throws ProxyHeaderException {
        int start = in.readerIndex();
        for (int i = 0; i < Math.min(SIGNATURE.length, in.readableBytes()); i++) {
            if (in.getByte(start + i) != SIGNATURE[i]) {
                throw new ProxyHeaderException("it does not begin with a PROXY header");
            }
        }
        if (in.readableBytes() > SIGNATURE.length) {
            requireCommand(in.getByte(start + SIGNATURE.length));
        }
        if (in.readableBytes() < FIXED_BYTES) {
            return null;
        }
        int bytes = FIXED_BYTES + in.getUnsignedShort(start + 14);
        if (bytes > ProxyHeader.BYTES_MAX) {
            throw new ProxyHeaderException(
                    "its PROXY header announces " + bytes + " bytes, and has at most " + ProxyHeader.BYTES_MAX);
        }
        return in.readableBytes() < bytes ? null : parse(in.slice(start, bytes));
    }

    private static void requireCommand(byte versionAndCommand) throws ProxyHeaderException {
        int command = versionAndCommand & 0x0F;
        if ((versionAndCommand & 0xF0) >> 4 != VERSION || command != LOCAL && command != PROXY) {
            throw new ProxyHeaderException("the version or the command of its PROXY header is not known");
        }
    }

    private static ProxyHeader parse(ByteBuf header) throws ProxyHeaderException {
        int bytes = header.readableBytes();
        if ((header.getByte(SIGNATURE.length) & 0x0F) == LOCAL) {
            // Whatever follows is to be ignored, its family too.
            return ProxyHeader.ofNobody(bytes);
        }
        int familyAndProtocol = header.getUnsignedByte(SIGNATURE.length + 1);
        header.skipBytes(FIXED_BYTES);
        ProxyHeader read = switch (familyAndProtocol) {
            // Not specified, and datagrams, which no stream can be for.
            case 0x00 -> ProxyHeader.ofNobody(bytes);
            case 0x11 -> internet(header, 4, bytes);
            case 0x21 -> internet(header, 16, bytes);
            case 0x31 -> unix(header, bytes);
            case 0x12, 0x22, 0x32 -> throw new ProxyHeaderException("its PROXY header is that of a datagram");
            default -> throw new ProxyHeaderException("the family of its PROXY header is not known");
        };
        if (familyAndProtocol != 0x00) {
            checkExtensions(header);
        }
        return read;
    }

    private static ProxyHeader internet(ByteBuf header, int addressBytes, int bytes) throws ProxyHeaderException {
        requireLeft(header, 2 * addressBytes + 4);
        byte[] source = new byte[addressBytes];
        byte[] destination = new byte[addressBytes];
        header.readBytes(source).readBytes(destination);
        SocketAddress from = TextHeader.socketAddress(source, header.readUnsignedShort());
        SocketAddress to = TextHeader.socketAddress(destination, header.readUnsignedShort());
        return new ProxyHeader(bytes, from, to);
    }

    private static ProxyHeader unix(ByteBuf header, int bytes) throws ProxyHeaderException {
        requireLeft(header, 2 * UNIX_PATH_BYTES);
        return new ProxyHeader(bytes, path(header), path(header));
    }

    /**
     * A name that begins with a zero is one of the kernel's own space, or none; both are an empty path, and so is what is no
     * path here or would spoil a log.
     */
    private static SocketAddress path(ByteBuf header) {
        String field =
                header.readCharSequence(UNIX_PATH_BYTES, StandardCharsets.UTF_8).toString();
        int end = field.indexOf('\0');
        String name = end < 0 ? field : field.substring(0, end);
        try {
            return UnixDomainSocketAddress.of(name.chars().anyMatch(Character::isISOControl) ? "" : name);
        } catch (InvalidPathException nameOfAnotherKind) {
            return UnixDomainSocketAddress.of("");
        }
    }

    private static void requireLeft(ByteBuf header, int bytes) throws ProxyHeaderException {
        if (header.readableBytes() < bytes) {
            throw new ProxyHeaderException("its PROXY header is too short for its addresses");
        }
    }

    /** Type, length and value of each; the checksum is over the whole header, with zeros in its own place. */
    private static void checkExtensions(ByteBuf header) throws ProxyHeaderException {
        while (header.isReadable()) {
            requireExtension(header.readableBytes() >= 3);
            int type = header.readUnsignedByte();
            int length = header.readUnsignedShort();
            requireExtension(header.readableBytes() >= length);
            if (type == CHECKSUM_TYPE) {
                requireExtension(length == CHECKSUM_BYTES);
                if (header.getInt(header.readerIndex()) != checksum(header, header.readerIndex())) {
                    throw new ProxyHeaderException("the checksum of its PROXY header is wrong");
                }
            }
            header.skipBytes(length);
        }
    }

    private static void requireExtension(boolean isWhole) throws ProxyHeaderException {
        if (!isWhole) {
            throw new ProxyHeaderException("an extension of its PROXY header has a wrong length");
        }
    }

    private static int checksum(ByteBuf header, int at) {
        byte[] bytes = new byte[header.writerIndex()];
        header.getBytes(0, bytes);
        for (int i = 0; i < CHECKSUM_BYTES; i++) {
            bytes[at + i] = 0;
        }
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return (int) sum.getValue();
    }
}
