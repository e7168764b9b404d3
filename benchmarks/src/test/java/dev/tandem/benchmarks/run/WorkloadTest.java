package dev.tandem.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadTest {

    static List<String> presets() {
        return Presets.matrix();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void aNameIsReadBackAsItIsWritten(String name) {
        assertThat(Workload.parse(name).name()).isEqualTo(name);
    }

    @Test
    void aRateMayBeGivenOrBeAShareOfThePeak() {
        assertThat(Workload.parse("rate-c50-64b-r20000").ratePerSecond()).isEqualTo(20_000);
        assertThat(Workload.parse("rate-c50-64b-p70").atShareOf(100_000).name()).isEqualTo("rate-c50-64b-p70");
    }

    @Test
    void aLoadOfNothingIsRefused() {
        assertThatThrownBy(() -> Workload.parse("pingpong-c0-64b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1 connection");
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        assertThatThrownBy(() -> Workload.parse("pong-c50"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pingpong, frames, stream, churn");
        assertThatThrownBy(() -> Workload.parse("pingpong-x50")).hasMessageContaining("The part x50");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"pingpong-c50-64b-d16", "stream-c8-64k-d2", "memory-c10-64b", "frames-c1-i10", "idle-c1-p70"})
    void aPartThatItsKindDoesNotKnowIsRefusedAndNotLeftOutOfTheName(String name) {
        assertThatThrownBy(() -> Workload.parse(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("means nothing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rate-c50-64b", "rate-c50-64b-p0", "rate-r0"})
    void aScheduleWithoutARateIsRefused(String name) {
        assertThatThrownBy(() -> Workload.parse(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a rate");
    }

    @Test
    void aMessageLargerThanADriverTakesIsRefused() {
        assertThatThrownBy(() -> Workload.parse("stream-c1-65537k"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("67108864 bytes");
    }
}
