package dev.tandem.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers as the specification has them, and what is none. */
class ProxyHeaderTest {

    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    /** PROXY, TCP over IPv4, 12 bytes: 192.0.2.1:4711 to 198.51.100.2:443. */
    private static final String FOUR = SIGNATURE + "2111000c" + "c0000201" + "c6336402" + "1267" + "01bb";

    private static final String SIX = SIGNATURE + "21210024" + "20010db8000000000000000000000001"
            + "20010db8000000000000000000000002" + "1267" + "01bb";

    private static final String UNIX = unix("/run/client");

    private static String unix(String source) {
        byte[] name = source.getBytes(StandardCharsets.UTF_8);
        return SIGNATURE + "213100d8" + HexFormat.of().formatHex(name) + "00".repeat(2 * 108 - name.length);
    }

    private static ByteBuf text(String header) {
        return Unpooled.copiedBuffer(header, StandardCharsets.ISO_8859_1);
    }

    private static ByteBuf hex(String header) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(header));
    }

    /** Reads a header that has more bytes behind it, and checks that no part of it is enough. */
    private static ProxyHeader read(ByteBuf header) throws ProxyHeaderException {
        int bytes = header.readableBytes();
        for (int part = 0; part < bytes; part++) {
            assertThat(ProxyHeader.at(header.slice(0, part)))
                    .as("%s of %s bytes", part, bytes)
                    .isNull();
        }
        ByteBuf withMore = Unpooled.wrappedBuffer(
                Unpooled.wrappedBuffer(new byte[] {9, 9}), header, Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
        withMore.skipBytes(2);
        ProxyHeader read = ProxyHeader.at(withMore);
        assertThat(read.bytes()).isEqualTo(bytes);
        assertThat(withMore.readerIndex()).isEqualTo(2);
        return read;
    }

    private static void assertAddresses(ProxyHeader header, String source, String destination) {
        assertThat(header.source()).isEqualTo(new InetSocketAddress(source, 4711));
        assertThat(header.destination()).isEqualTo(new InetSocketAddress(destination, 443));
    }

    @Test
    void aLineNamesClientAndDestination() throws Exception {
        assertAddresses(read(text("PROXY TCP4 192.0.2.1 198.51.100.2 4711 443\r\n")), "192.0.2.1", "198.51.100.2");
        assertAddresses(read(text("PROXY TCP6 2001:db8::1 2001:db8::2 4711 443\r\n")), "2001:db8::1", "2001:db8::2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY UNKNOWN\r\n",
                "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n",
            })
    void aLineMayNameNobody(String line) throws Exception {
        assertThat(read(text(line)).isOfSomebody()).isFalse();
    }

    @Test
    void theLongestLineIsRead() throws Exception {
        String line = "PROXY UNKNOWN " + "x".repeat(107 - 16) + "\r\n";
        assertThat(line).hasSize(107);
        assertThat(read(text(line)).bytes()).isEqualTo(107);
        assertNone(text("PROXY UNKNOWN " + "x".repeat(107 - 15) + "\r\n"), "no end within 107 bytes");
    }

    @Test
    void aBinaryHeaderNamesClientAndDestination() throws Exception {
        assertAddresses(read(hex(FOUR)), "192.0.2.1", "198.51.100.2");
        assertAddresses(read(hex(SIX)), "2001:db8::1", "2001:db8::2");
        ProxyHeader unix = read(hex(UNIX));
        assertThat(unix.source()).isEqualTo(UnixDomainSocketAddress.of("/run/client"));
        assertThat(unix.destination()).isEqualTo(UnixDomainSocketAddress.of(""));
    }

    @Test
    void aPathThatWouldSpoilALogIsNone() throws Exception {
        for (String name : List.of("/run/\u001b[31m", "/run/a\nb", "\0abstract", "/run/\u0085")) {
            assertThat(read(hex(unix(name))).source()).as(name).isEqualTo(UnixDomainSocketAddress.of(""));
        }
    }

    @Test
    void aLoadBalancerMaySpeakForItself() throws Exception {
        // LOCAL, whatever the family, also one that nobody knows.
        assertThat(read(hex(SIGNATURE + "20000000")).isOfSomebody()).isFalse();
        assertThat(read(hex(SIGNATURE + "20110000")).isOfSomebody()).isFalse();
        assertThat(read(hex(SIGNATURE + "20ff0003010203")).isOfSomebody()).isFalse();
        // PROXY, not specified.
        assertThat(read(hex(SIGNATURE + "21000002abcd")).isOfSomebody()).isFalse();
    }

    @Test
    void extensionsAreSkipped() throws Exception {
        String alpn = "010002" + "6832";
        String empty = "ee0000";
        assertAddresses(read(hex(FOUR.replace("2111000c", "21110014") + alpn + empty)), "192.0.2.1", "198.51.100.2");
    }

    @Test
    void aChecksumIsHeeded() throws Exception {
        byte[] header = HexFormat.of().parseHex(FOUR.replace("2111000c", "21110013") + "030004" + "00000000");
        CRC32C sum = new CRC32C();
        sum.update(header);
        ByteBuf right = Unpooled.wrappedBuffer(header).setInt(header.length - 4, (int) sum.getValue());
        assertAddresses(read(right), "192.0.2.1", "198.51.100.2");
        assertNone(right.copy().setByte(20, 7), "checksum");
        assertNone(right.copy().setByte(header.length - 1, header[header.length - 1] ^ 1), "checksum");
    }

    private static void assertNone(ByteBuf bytes, String why) {
        assertThatThrownBy(() -> ProxyHeader.at(bytes))
                .isInstanceOf(ProxyHeaderException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 192.0.2.1 198.51.100.2 4711 443\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 4711\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 4711 443 \r\n",
                "PROXY TCP4  192.0.2.1 198.51.100.2 4711 443\r\n",
                "PROXY TCP5 192.0.2.1 198.51.100.2 4711 443\r\n",
                "PROXY UDP4 192.0.2.1 198.51.100.2 4711 443\r\n",
                "PROXY TCP4 2001:db8::1 2001:db8::2 4711 443\r\n",
                "PROXY TCP6 192.0.2.1 198.51.100.2 4711 443\r\n",
                "PROXY TCP4 localhost 198.51.100.2 4711 443\r\n",
                "PROXY TCP4 192.0.2.256 198.51.100.2 4711 443\r\n",
                "PROXY TCP4 192.0.2 198.51.100.2 4711 443\r\n",
                "PROXY TCP6 fe80::1%lo ::1 4711 443\r\n",
                "PROXY TCP6 [::1] ::1 4711 443\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 04711 443\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\r\n",
                "PROXY \r\n",
                "PROXY\r\n",
                "PROXYTCP4 ",
                "POST / HTTP/1.1\r\n",
                "GET / HTTP/1.1\r\n",
                "\r\n\r\n\r\n",
                "\n",
                "\0"
            })
    void whatIsNoLineIsRefused(String line) {
        assertNone(text(line), "");
    }

    @Test
    void whatIsNoBinaryHeaderIsRefusedAsSoonAsThatIsClear() {
        assertNone(hex("0d0a0d0b"), "does not begin");
        assertNone(hex(SIGNATURE + "11"), "version");
        assertNone(hex(SIGNATURE + "31"), "version");
        assertNone(hex(SIGNATURE + "22"), "command");
        assertNone(hex(SIGNATURE + "21110ff1"), "announces 4097 bytes");
        assertNone(hex(SIGNATURE + "2111ffff"), "announces 65551 bytes");
        assertNone(hex(FOUR.replace("2111", "2112")), "datagram");
        assertNone(hex(FOUR.replace("2111", "2141")), "not known");
        assertNone(hex(SIGNATURE + "2111000b" + "00".repeat(11)), "too short");
        assertNone(hex(SIGNATURE + "21210023" + "00".repeat(35)), "too short");
        assertNone(hex(FOUR.replace("2111000c", "2111000e") + "0100"), "wrong length");
        assertNone(hex(FOUR.replace("2111000c", "21110010") + "01000200"), "wrong length");
        assertNone(hex(FOUR.replace("2111000c", "2111000f") + "030000"), "wrong length");
    }

    @Test
    void whateverComesIsDecidedOnceAndCanBeLogged() {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        Random random = new Random(seed);
        List<byte[]> good = good();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.get(i % good.size()).clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                HeaderReading.check(bytes);
            } catch (AssertionError failure) {
                throw new AssertionError("Repeat with -Dtandem.seed=" + seed, failure);
            }
        }
    }

    /** A header of each kind, for mutations to begin with. */
    static List<byte[]> good() {
        return Stream.of(
                        text("PROXY TCP4 192.0.2.1 198.51.100.2 4711 443\r\n"),
                        text("PROXY TCP6 2001:db8::1 2001:db8::2 4711 443\r\n"),
                        text("PROXY UNKNOWN\r\n"),
                        hex(FOUR),
                        hex(SIX),
                        hex(UNIX),
                        hex(SIGNATURE + "20000000"),
                        hex(FOUR.replace("2111000c", "21110014") + "010002" + "6832" + "ee0000"))
                .map(ByteBufUtil::getBytes)
                .toList();
    }

    @Test
    void rangesHoldWhatBeginsWithTheSameBits() throws Exception {
        assertThat(contains("10.0.0.0/8", "10.255.1.2")).isTrue();
        assertThat(contains("10.0.0.0/8", "11.0.0.0")).isFalse();
        assertThat(contains("192.0.2.64/26", "192.0.2.127")).isTrue();
        assertThat(contains("192.0.2.64/26", "192.0.2.128")).isFalse();
        assertThat(contains("192.0.2.64/26", "192.0.2.63")).isFalse();
        assertThat(contains("127.0.0.1", "127.0.0.1")).isTrue();
        assertThat(contains("127.0.0.1", "127.0.0.2")).isFalse();
        assertThat(contains("0.0.0.0/0", "203.0.113.9")).isTrue();
        assertThat(contains("0.0.0.0/0", "::1")).isFalse();
        assertThat(contains("fd00::/8", "fdff::1")).isTrue();
        assertThat(contains("fd00::/8", "fe80::1")).isFalse();
        assertThat(contains("::1", "::1")).isTrue();
        assertThat(contains("127.0.0.0/8", "::ffff:127.0.0.1")).isTrue();
        assertThat(contains("::ffff:10.0.0.0/104", "10.1.2.3")).isTrue();
        assertThat(contains("::ffff:10.0.0.0/104", "11.1.2.3")).isFalse();
        assertThat(contains("::/0", "192.0.2.1")).isFalse();
    }

    private static boolean contains(String range, String address) throws Exception {
        return AddressRange.parse(range).contains(java.net.InetAddress.getByName(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "10.0.0.0/33", "::1/129", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "", "10"})
    void whatIsNoRangeSaysSo(String range) {
        assertThatThrownBy(() -> ProxyProtocol.from(range))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trusted range");
    }
}
