package dev.tandem.benchmarks.stats;

import java.util.Arrays;
import java.util.List;

/**
 * An estimate of the middle of a distribution and the range in which it lies with 95 % confidence: Hodges and Lehmann's
 * estimate (the median of all pairwise means) with the exact interval that belongs to Wilcoxon's signed-rank test. Both
 * assume only that values scatter symmetrically, and a few wild values do not move them.
 *
 * @param low the lower end
 * @param estimate the estimate
 * @param high the upper end
 * @param count how many values it comes from
 */
public record Interval(double low, double estimate, double high, int count) {

    private static final double TAIL = 0.025;

    /** The interval of some values, of which there must be at least one. */
    public static Interval of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("An interval needs at least one value.");
        }
        double[] means = pairwiseMeans(values);
        int below = Math.max(1, SignedRank.quantile(TAIL, values.size()));
        return new Interval(means[below - 1], median(means), means[means.length - below], values.size());
    }

    private static double[] pairwiseMeans(List<Double> values) {
        double[] means = new double[values.size() * (values.size() + 1) / 2];
        int at = 0;
        for (int i = 0; i < values.size(); i++) {
            for (int j = i; j < values.size(); j++) {
                means[at++] = (values.get(i) + values.get(j)) / 2;
            }
        }
        Arrays.sort(means);
        return means;
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
