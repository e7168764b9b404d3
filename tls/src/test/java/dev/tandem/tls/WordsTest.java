package dev.tandem.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class WordsTest {

    @Test
    void theInnermostCauseIsWhatIsTold() {
        SSLException failure = new SSLHandshakeException("General problem");
        failure.initCause(new IOException("validation failed", new IOException("it has expired")));

        assertThat(Words.of(failure)).isEqualTo("it has expired");
        assertThat(Words.of(new SSLException("no suites in common"))).isEqualTo("no suites in common");
        assertThat(Words.of(new SSLException("No name matching x found."))).isEqualTo("No name matching x found");
        assertThat(Words.of(new SSLException((String) null))).isEqualTo("SSLException");
    }

    @Test
    void nothingThatDisturbsALineIsLeft() {
        String nasty = "a\nb\rc\u001b[31md\u202ee\u200bf\u2028g\u0000h\ud800i\ue000";

        assertThat(Words.clean(nasty)).isEqualTo("a?b?c?[31md?e?f?g?h?i?");
        assertThat(Words.clean("Zürich 日本")).isEqualTo("Zürich 日本");
    }

    @Test
    void itIsShort() {
        assertThat(Words.clean("x".repeat(100_000))).hasSize(200);
    }
}
