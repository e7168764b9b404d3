package dev.tandem.benchmarks.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class IntervalTest {

    /** The values of example 3.1 in Hollander and Wolfe; R's wilcox.test(x, conf.int = TRUE) gives these numbers. */
    @Test
    void agreesWithThePublishedExample() {
        List<Double> values = List.of(-0.952, 0.147, -1.022, -0.430, -0.620, -0.590, -0.490, 0.080, -0.010);

        Interval interval = Interval.of(values);

        assertThat(interval.estimate()).isCloseTo(-0.46, within(0.001));
        assertThat(interval.low()).isCloseTo(-0.786, within(0.001));
        assertThat(interval.high()).isCloseTo(-0.010, within(0.001));
    }

    @Test
    void oneWildValueDoesNotMoveTheEstimate() {
        List<Double> steady = Collections.nCopies(11, 5.0);
        List<Double> withWild = DoubleStream.concat(steady.stream().mapToDouble(value -> value), DoubleStream.of(500))
                .boxed()
                .toList();

        assertThat(Interval.of(withWild).estimate()).isEqualTo(5.0);
    }

    @Test
    void aSingleValueIsItsOwnInterval() {
        assertThat(Interval.of(List.of(3.0))).isEqualTo(new Interval(3, 3, 3, 1));
    }
}
