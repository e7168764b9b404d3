package dev.tandem.examples.kv.resp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {

    private final Decimal decimal = new Decimal();

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 9, 10, -10, 99, 1_000_000_007, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1})
    void whatIsWrittenIsReadAgain(long number) {
        assertRoundTrip(number);
    }

    @Test
    void randomNumbersAreReadAsTheyAreWritten() {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            assertRoundTrip(random.nextLong() >> random.nextInt(64));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "+1",
                "01",
                "-0",
                "-01",
                " 1",
                "1 ",
                "1.0",
                "1e3",
                "0x1",
                "9223372036854775808",
                "-9223372036854775809",
                "18446744073709551616",
                "99999999999999999999",
                "100000000000000000000",
                "1\0",
                "--1"
            })
    void everythingElseIsNoNumber(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        assertThat(decimal.parse(bytes, 0, bytes.length)).isFalse();
        assertThat(decimal.parse(RespReaderTest.bytes(text), 0, bytes.length)).isFalse();
    }

    private void assertRoundTrip(long number) {
        byte[] text = new byte[Decimal.LENGTH_MAX];
        int from = Decimal.writeBefore(number, text, text.length);
        assertThat(new String(text, from, text.length - from, StandardCharsets.US_ASCII))
                .isEqualTo(Long.toString(number));
        assertThat(decimal.parse(text, from, text.length - from)).isTrue();
        assertThat(decimal.value()).isEqualTo(number);
    }
}
