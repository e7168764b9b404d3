package dev.tandem.benchmarks.report;

import java.util.Locale;

/** Numbers as people read them: three digits, and a unit that fits. */
final class Numbers {

    private static final double KILO = 1000;
    private static final double KIBI = 1024;

    private Numbers() {}

    /** Three significant digits without an exponent; whole numbers stay whole. */
    static String digits(double value) {
        double size = Math.abs(value);
        String format =
                size >= 100 || value == Math.rint(value) ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    /** A time given in nanoseconds. */
    static String nanos(double nanos) {
        if (nanos < KILO) {
            return digits(nanos) + " ns";
        }
        return nanos < KILO * KILO ? digits(nanos / KILO) + " µs" : digits(nanos / KILO / KILO) + " ms";
    }

    /** A count, in thousands or millions where it is large. */
    static String count(double count) {
        if (count >= KILO * KILO) {
            return digits(count / KILO / KILO) + " M";
        }
        return count >= 10 * KILO ? digits(count / KILO) + " k" : digits(count);
    }

    static String bytes(double bytes) {
        double size = Math.abs(bytes);
        if (size < KIBI) {
            return digits(bytes) + " B";
        }
        return size < KIBI * KIBI ? digits(bytes / KIBI) + " KiB" : digits(bytes / KIBI / KIBI) + " MiB";
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, Math.abs(share) < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
    }

    /** A ratio in words: 0.88 is "12 % less", 2.1 is "2.1 times as much". */
    static String difference(double ratio) {
        if (ratio < 1) {
            return percent(1 - ratio) + " less";
        }
        return ratio < 1.5 ? percent(ratio - 1) + " more" : String.format(Locale.ROOT, "%.1f times as much", ratio);
    }
}
