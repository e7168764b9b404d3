package dev.tandem.benchmarks.stats;

/**
 * The distribution of Wilcoxon's signed-rank statistic, exact. See Hollander, Wolfe and Chicken, Nonparametric Statistical
 * Methods, chapter 3.
 */
final class SignedRank {

    private SignedRank() {}

    /** The smallest value whose cumulative probability among {@code n} ranks is at least {@code probability}. */
    static int quantile(double probability, int n) {
        double[] probabilities = probabilities(n);
        double cumulated = 0;
        for (int value = 0; value < probabilities.length; value++) {
            cumulated += probabilities[value];
            if (cumulated >= probability) {
                return value;
            }
        }
        return probabilities.length - 1;
    }

    /** Of each sum, when each of the ranks 1 to n counts or does not, with equal chances. */
    private static double[] probabilities(int n) {
        double[] sums = new double[n * (n + 1) / 2 + 1];
        sums[0] = 1;
        for (int rank = 1; rank <= n; rank++) {
            for (int sum = sums.length - 1; sum >= 0; sum--) {
                sums[sum] = (sums[sum] + (sum >= rank ? sums[sum - rank] : 0)) / 2;
            }
        }
        return sums;
    }
}
