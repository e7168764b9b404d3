package dev.tandem.proxyprotocol;

import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/** Version 1: a line such as {@code PROXY TCP4 192.0.2.1 192.0.2.2 4711 443}. */
final class TextHeader {

    static final byte FIRST_BYTE = 'P';

    /** With the two bytes that end it, and without the one that would end a string of C. */
    private static final int LINE_BYTES_MAX = 107;

    private static final String PREFIX = "PROXY ";

    private TextHeader() {}

    static ProxyHeader at(ByteBuf in) throws ProxyHeaderException {
        for (int i = 0; i < Math.min(PREFIX.length(), in.readableBytes()); i++) {
            if (in.getByte(in.readerIndex() + i) != PREFIX.charAt(i)) {
                throw new ProxyHeaderException("it does not begin with a PROXY header");
            }
        }
        int looked = Math.min(in.readableBytes(), LINE_BYTES_MAX);
        int end = in.indexOf(in.readerIndex(), in.readerIndex() + looked, (byte) '\n') - in.readerIndex();
        if (end < 0) {
            if (looked == LINE_BYTES_MAX) {
                throw new ProxyHeaderException("its PROXY line has no end within " + LINE_BYTES_MAX + " bytes");
            }
            return null;
        }
        if (in.getByte(in.readerIndex() + end - 1) != '\r') {
            throw new ProxyHeaderException("its PROXY line does not end with CR and LF");
        }
        String line = in.toString(in.readerIndex(), end - 1, StandardCharsets.ISO_8859_1);
        return parse(line.substring(PREFIX.length()), end + 1);
    }

    private static ProxyHeader parse(String words, int bytes) throws ProxyHeaderException {
        if (words.equals("UNKNOWN") || words.startsWith("UNKNOWN ")) {
            return ProxyHeader.ofNobody(bytes);
        }
        String[] fields = words.split(" ", -1);
        boolean isFour = fields[0].equals("TCP4");
        if (fields.length != 5 || !isFour && !fields[0].equals("TCP6")) {
            throw new ProxyHeaderException("its PROXY line is not of the form 'TCP4 source destination port port'");
        }
        int length = isFour ? 4 : 16;
        return new ProxyHeader(bytes, address(fields[1], length, fields[3]), address(fields[2], length, fields[4]));
    }

    private static SocketAddress address(String address, int length, String port) throws ProxyHeaderException {
        // Neither names, which would be looked up, nor zones, nor brackets.
        byte[] octets = address.matches("[0-9a-fA-F:.]+") ? NetUtil.createByteArrayFromIpAddressString(address) : null;
        if (octets == null || octets.length != length) {
            throw new ProxyHeaderException("an address in its PROXY line is not one of that family");
        }
        if (!port.matches("0|[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65_535) {
            throw new ProxyHeaderException("a port in its PROXY line is not a number from 0 to 65535");
        }
        return socketAddress(octets, Integer.parseInt(port));
    }

    static SocketAddress socketAddress(byte[] octets, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(octets), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("An address has 4 or 16 bytes.", e);
        }
    }
}
