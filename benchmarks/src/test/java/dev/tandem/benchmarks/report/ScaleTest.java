package dev.tandem.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ScaleTest {

    @Test
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aServerThatAnsweredNothingStandsAtTheLowerEnd() {
        Scale scale = Scale.logarithmic(0, 1000, 0, 100);
        assertThat(scale.at(0)).isZero();
        assertThat(scale.at(1000)).isEqualTo(100);
        assertThat(scale.ticks()).contains(1.0, 10.0, 100.0, 1000.0);
        assertThat(Scale.logarithmic(0, 0, 0, 100).ticks()).hasSizeLessThan(3);
    }
}
