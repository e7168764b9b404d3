package dev.tandem.benchmarks.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RatioTest {

    private static List<Ratio.Pair> pairs(int count, double ratio, double scatter) {
        Random random = new Random(7);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    double right = 1000 * Math.exp(scatter * random.nextGaussian());
                    return new Ratio.Pair(ratio * 1000 * Math.exp(scatter * random.nextGaussian()), right);
                })
                .toList();
    }

    @Test
    void findsADifferenceThatIsLargerThanTheNoise() {
        Ratio ratio = Ratio.of(pairs(12, 0.8, 0.01));

        assertThat(ratio.estimate()).isCloseTo(0.8, within(0.02));
        assertThat(ratio.isBeyond(0.03)).isTrue();
    }

    @Test
    void namesNothingInsideTheNoise() {
        assertThat(Ratio.of(pairs(12, 0.98, 0.001)).isBeyond(0.03)).isFalse();
    }

    @Test
    void namesNothingFromFewPairs() {
        assertThat(Ratio.of(pairs(11, 0.5, 0.001)).isBeyond(0.03)).isFalse();
    }

    @Test
    void theNoiseIsTheFartherEndOfTheInterval() {
        assertThat(new Ratio(0.98, 1.0, 1.01, 12).farthestFromOne()).isCloseTo(1 / 0.98 - 1, within(1e-9));
    }
}
