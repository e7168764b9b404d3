package dev.tandem.proxyprotocol;

import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;

/**
 * Whom a load balancer speaks for.
 *
 * @param bytes how many bytes the header has
 * @param source the client; null if the load balancer speaks for itself, as in a health check, or does not say
 * @param destination where the client connected to; null if {@code source} is
 */
record ProxyHeader(int bytes, SocketAddress source, SocketAddress destination) {

    /** No header of either version is longer; version 2 could announce more, but for nothing that anybody sends. */
    static final int BYTES_MAX = 4096;

    /** A header that names nobody. */
    static ProxyHeader ofNobody(int bytes) {
        return new ProxyHeader(bytes, null, null);
    }

    /** Whether it names a client. */
    boolean isOfSomebody() {
        return source != null;
    }

    /**
     * The header at the beginning of the readable bytes, which are not read.
     *
     * @return null if it is not complete
     * @throws ProxyHeaderException as soon as it is clear that there is none
     */
    static ProxyHeader at(ByteBuf in) throws ProxyHeaderException {
        if (!in.isReadable()) {
            return null;
        }
        return in.getByte(in.readerIndex()) == TextHeader.FIRST_BYTE ? TextHeader.at(in) : BinaryHeader.at(in);
    }
}
