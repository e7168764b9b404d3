package dev.tandem.benchmarks.stats;

import java.util.List;

/**
 * How many times as much of something one server needs as another, from blocks that ran beside each other.
 *
 * @param low the lower end of the 95 % interval
 * @param estimate the estimate
 * @param high the upper end
 * @param pairs how many pairs of blocks it comes from
 */
public record Ratio(double low, double estimate, double high, int pairs) {

    /** Fewer pairs than this prove nothing. */
    public static final int PAIRS_MIN = 12;

    /** A pair of measurements that were taken in the same half of the same round. */
    public record Pair(double left, double right) {}

    /** Left over right. Ratios are compared on a logarithmic scale, where half and double are equally far from one. */
    public static Ratio of(List<Pair> pairs) {
        Interval interval = Interval.of(
                pairs.stream().map(pair -> Math.log(pair.left() / pair.right())).toList());
        return new Ratio(
                Math.exp(interval.low()), Math.exp(interval.estimate()), Math.exp(interval.high()), pairs.size());
    }

    /** How far from one the farther end of the interval is: 0.02 if the interval is 0.99 to 1.02. */
    public double farthestFromOne() {
        return Math.max(Math.max(high, 1 / low), 1) - 1;
    }

    /**
     * Whether the two differ by more than measuring a server against itself would show.
     *
     * @param noise {@link #farthestFromOne()} of such a measurement
     */
    public boolean isBeyond(double noise) {
        boolean excludesOne = low > 1 || high < 1;
        double distance = Math.max(estimate, 1 / estimate) - 1;
        return pairs >= PAIRS_MIN && excludesOne && distance > noise;
    }
}
