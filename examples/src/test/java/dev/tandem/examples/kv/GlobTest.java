package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
                    *,          anything,   true
                    *,          '',         true
                    '',         '',         true
                    '',         a,          false
                    a*,         a,          true
                    a*b,        ab,         true
                    a*b,        axxbxb,     true
                    a*b,        axxbx,      false
                    *a*b*,      xaxbx,      true
                    **a,        xa,         true
                    h?llo,      hello,      true
                    h?llo,      hllo,       false
                    h[ae]llo,   hallo,      true
                    h[ae]llo,   hillo,      false
                    h[^e]llo,   hallo,      true
                    h[^e]llo,   hello,      false
                    h[a-c]llo,  hbllo,      true
                    h[c-a]llo,  hbllo,      true
                    h[a-c]llo,  hdllo,      false
                    [a-],       -,          false
                    [a\\-z],     -,          true
                    [],         a,          false
                    [^],        a,          true
                    [ab,        b,          true
                    [ab,        c,          false
                    [,          a,          false
                    \\*,         *,          true
                    \\*,         a,          false
                    a\\,         a\\,         true
                    [\\]],       ],          true
                    """)
    void matchesAsRedisDoes(String pattern, String text, boolean matches) {
        assertThat(matches(pattern, text)).isEqualTo(matches);
    }

    @Test
    void starsMatchAsIfAllWaysWereTried() {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            String pattern = random("ab*?", random);
            String text = random("ab", random);
            assertThat(matches(pattern, text))
                    .as("%s on %s, seed %d", pattern, text, seed)
                    .isEqualTo(tryAllWays(pattern, text));
        }
    }

    @Test
    @Timeout(10)
    void manyStarsTakeNoLongTime() {
        assertThat(matches("a*".repeat(1_000) + "b", "a".repeat(10_000))).isFalse();
    }

    private static boolean tryAllWays(String pattern, String text) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        if (pattern.charAt(0) == '*') {
            return tryAllWays(pattern.substring(1), text) || !text.isEmpty() && tryAllWays(pattern, text.substring(1));
        }
        return !text.isEmpty()
                && (pattern.charAt(0) == '?' || pattern.charAt(0) == text.charAt(0))
                && tryAllWays(pattern.substring(1), text.substring(1));
    }

    private static String random(String alphabet, Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static boolean matches(String pattern, String text) {
        byte[] bytes = WireCase.ascii("<" + text + ">");
        return new Glob(WireCase.ascii(pattern)).matches(bytes, 1, text.length());
    }
}
