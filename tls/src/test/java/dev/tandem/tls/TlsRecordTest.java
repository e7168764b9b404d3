package dev.tandem.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsRecordTest {

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }

    @Test
    void aRecordIsCompleteWithItsLastByte() throws Exception {
        String record = "170303000401020304";
        for (int length = 0; length < record.length(); length += 2) {
            assertThat(TlsRecord.completeBytes(bytes(record.substring(0, length))))
                    .isZero();
        }
        assertThat(TlsRecord.completeBytes(bytes(record))).isEqualTo(9);
        assertThat(TlsRecord.completeBytes(bytes(record + "17"))).isEqualTo(9);
    }

    @Test
    void whatARecordLacksIsItsHeadAndThenItsBody() {
        assertThat(TlsRecord.missingBytes(bytes("1703"))).isEqualTo(3);
        assertThat(TlsRecord.missingBytes(bytes("1703030004"))).isEqualTo(4);
        assertThat(TlsRecord.missingBytes(bytes("170303000401"))).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"13", "18", "00", "47", "1602", "1704", "1703034801", "170303ffff"})
    void whatCannotBecomeARecordIsRefusedAsSoonAsThatShows(String hex) {
        assertThatExceptionOfType(SSLException.class).isThrownBy(() -> TlsRecord.completeBytes(bytes(hex)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "16", "1603", "160301", "1603010005", "160301000501", "16030100050100", "1603010001"})
    void thePrefixOfAHelloIsPlausible(String hex) throws Exception {
        TlsRecord.requireClientHello(bytes(hex));
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "15", "1602", "160301000502", "16030100040100ffff", "160301000401ffffff"})
    void whatNoHelloBeginsWithIsRefused(String hex) {
        assertThatExceptionOfType(SSLException.class).isThrownBy(() -> TlsRecord.requireClientHello(bytes(hex)));
    }

    @Test
    void theNextRecordIsNotTakenForTheLengthOfAHello() throws Exception {
        TlsRecord.requireClientHello(bytes("160301000101" + "1603010001ff"));
    }
}
