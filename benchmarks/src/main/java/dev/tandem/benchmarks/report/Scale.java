package dev.tandem.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** Places numbers along a line of pixels, evenly or by their logarithm, and chooses the numbers to write beside it. */
final class Scale {

    private static final double[] STEPS = {1, 2, 5, 10};
    private static final int TICKS_WANTED = 5;

    private final double min;
    private final double max;
    private final double from;
    private final double to;
    private final boolean logarithmic;

    private Scale(double min, double max, double from, double to, boolean logarithmic) {
        this.min = min;
        this.max = max;
        this.from = from;
        this.to = to;
        this.logarithmic = logarithmic;
    }

    /** From zero to at least {@code max}. */
    static Scale linear(double max, double from, double to) {
        return new Scale(0, max > 0 ? max : 1, from, to, false);
    }

    /** From {@code min} to {@code max}. Zero, which has no place on it, stands at its lower end. */
    static Scale logarithmic(double min, double max, double from, double to) {
        double lowest = min > 0 ? min : max > 0 ? max / 1000 : 1;
        return new Scale(lowest, Math.max(max, lowest * 1.0001), from, to, true);
    }

    double at(double value) {
        double share = logarithmic
                ? (Math.log(Math.max(value, min)) - Math.log(min)) / (Math.log(max) - Math.log(min))
                : (value - min) / (max - min);
        return from + share * (to - from);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            for (double decade = Math.pow(10, Math.floor(Math.log10(min))); decade <= max; decade *= 10) {
                addIfInside(ticks, decade);
                if (max / min < 200) {
                    addIfInside(ticks, 2 * decade);
                    addIfInside(ticks, 5 * decade);
                }
            }
        } else {
            double step = step();
            for (int i = 0; i * step <= max * 1.0001; i++) {
                ticks.add(i * step);
            }
        }
        return ticks;
    }

    private void addIfInside(List<Double> ticks, double value) {
        if (value >= min * 0.999 && value <= max * 1.001) {
            ticks.add(value);
        }
    }

    private double step() {
        double rough = max / TICKS_WANTED;
        double decade = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double step : STEPS) {
            if (step * decade >= rough) {
                return step * decade;
            }
        }
        return 10 * decade;
    }
}
