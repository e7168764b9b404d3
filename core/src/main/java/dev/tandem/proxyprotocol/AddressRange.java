package dev.tandem.proxyprotocol;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Addresses that begin with the same bits.
 *
 * @param prefix the address of 4 or 16 bytes whose first bits count
 * @param bits how many
 */
record AddressRange(byte[] prefix, int bits) {

    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};
    private static final int MAPPED_BITS = 8 * MAPPED.length;

    /**
     * Reads {@code 10.0.0.0/8}, {@code fd00::/8}, or a single address.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        byte[] prefix = address.matches("[0-9a-fA-F:.]+") ? NetUtil.createByteArrayFromIpAddressString(address) : null;
        if (prefix == null) {
            throw new IllegalArgumentException(
                    "A trusted range must be an address or one with a number of bits, such as 10.0.0.0/8, but was '"
                            + text + "'.");
        }
        int all = 8 * prefix.length;
        String bits = slash < 0 ? String.valueOf(all) : text.substring(slash + 1);
        if (!bits.matches("\\d{1,3}") || Integer.parseInt(bits) > all) {
            throw new IllegalArgumentException(
                    "The bits of a trusted range must be from 0 to " + all + ", but the range was '" + text + "'.");
        }
        return of(prefix, Integer.parseInt(bits));
    }

    /** One of mapped IPv4 addresses (RFC 4291, 2.5.5.2) is of those themselves: that is what sockets call their peers. */
    private static AddressRange of(byte[] prefix, int bits) {
        boolean isMapped = prefix.length == 16 && bits >= MAPPED_BITS && Arrays.equals(prefix, 0, 12, MAPPED, 0, 12);
        return isMapped
                ? new AddressRange(Arrays.copyOfRange(prefix, 12, 16), bits - MAPPED_BITS)
                : new AddressRange(prefix, bits);
    }

    boolean contains(InetAddress address) {
        byte[] octets = address.getAddress();
        if (octets.length != prefix.length) {
            return false;
        }
        for (int i = 0; i < bits; i += 8) {
            int mask = bits - i >= 8 ? 0xFF : 0xFF00 >> (bits - i) & 0xFF;
            if (((octets[i / 8] ^ prefix[i / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
