package dev.tandem.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleFunction;

/** A line for each server over some quantity, named at its right end. */
final class LineChart {

    private static final int WIDTH = 860;
    private static final int HEIGHT = 340;
    private static final int LEFT = 70;
    private static final int RIGHT = 220;
    private static final int TOP = 30;
    private static final int BOTTOM = 46;
    private static final int NAME_HEIGHT = 15;

    private final String label;
    private final String xTitle;
    private final String yTitle;
    private final DoubleFunction<String> xFormat;
    private final DoubleFunction<String> yFormat;
    private final List<Series> series = new ArrayList<>();

    private record Series(String contender, String title, List<double[]> points) {

        double[] last() {
            return points.get(points.size() - 1);
        }
    }

    LineChart(
            String label,
            String xTitle,
            String yTitle,
            DoubleFunction<String> xFormat,
            DoubleFunction<String> yFormat) {
        this.label = label;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
        this.xFormat = xFormat;
        this.yFormat = yFormat;
    }

    /** @param points x and y, and the ends of the range in which y lies if they are known; by ascending x */
    void add(String contender, String title, List<double[]> points) {
        if (!points.isEmpty()) {
            series.add(new Series(contender, title, points));
        }
    }

    /** Whether there is nothing to see: a line needs two points. */
    boolean isEmpty() {
        return series.stream().noneMatch(one -> one.points().size() > 1);
    }

    @Override
    public String toString() {
        return draw().toString();
    }

    Svg draw() {
        Svg svg = new Svg(WIDTH, HEIGHT, label);
        Scale x = scale(0, LEFT, WIDTH - RIGHT);
        Scale y = scale(1, HEIGHT - BOTTOM, TOP);
        drawAxes(svg, x, y);
        series.forEach(one -> drawLine(svg, x, y, one));
        drawNames(svg, x, y);
        return svg;
    }

    private Scale scale(int axis, double from, double to) {
        double min = Double.MAX_VALUE;
        double max = 0;
        for (Series one : series) {
            for (double[] point : one.points()) {
                min = Math.min(min, point[axis]);
                max = Math.max(max, point[axis == 1 ? point.length - 1 : 0]);
            }
        }
        return axis == 1 && max / min < 4
                ? Scale.linear(max * 1.05, from, to)
                : Scale.logarithmic(axis == 1 ? min * 0.9 : min, axis == 1 ? max * 1.1 : max, from, to);
    }

    private void drawAxes(Svg svg, Scale x, Scale y) {
        for (double tick : y.ticks()) {
            svg.line(LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick), "grid");
            svg.text(LEFT - 8, y.at(tick) + 4, Svg.Anchor.END, "axis", yFormat.apply(tick));
        }
        series.stream()
                .flatMap(one -> one.points().stream())
                .mapToDouble(point -> point[0])
                .distinct()
                .forEach(value -> {
                    svg.line(x.at(value), HEIGHT - BOTTOM, x.at(value), HEIGHT - BOTTOM + 4, "tick");
                    svg.text(x.at(value), HEIGHT - BOTTOM + 18, Svg.Anchor.MIDDLE, "axis", xFormat.apply(value));
                });
        svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, Svg.Anchor.MIDDLE, "axis", xTitle);
        svg.text(4, 12, Svg.Anchor.START, "axis", yTitle);
    }

    private void drawLine(Svg svg, Scale x, Scale y, Series one) {
        StringBuilder path = new StringBuilder();
        for (double[] point : one.points()) {
            path.append(Svg.point(path.isEmpty(), x.at(point[0]), y.at(point[1])));
        }
        svg.path(path.toString(), "stroke s-" + one.contender());
        for (double[] point : one.points()) {
            if (point.length > 2) {
                svg.line(x.at(point[0]), y.at(point[2]), x.at(point[0]), y.at(point[3]), "range s-" + one.contender());
            }
            svg.dot(
                    x.at(point[0]),
                    y.at(point[1]),
                    "fill c-" + one.contender(),
                    one.title() + ", " + xFormat.apply(point[0]) + ": " + yFormat.apply(point[1]));
        }
    }

    /** Names stand at the height of their lines, moved apart where they would cover each other. */
    private void drawNames(Svg svg, Scale x, Scale y) {
        List<Series> byHeight = new ArrayList<>(series);
        byHeight.sort(Comparator.comparingDouble(one -> y.at(one.last()[1])));
        double[] at = new double[byHeight.size()];
        double next = TOP;
        for (int i = 0; i < at.length; i++) {
            at[i] = Math.max(next, y.at(byHeight.get(i).last()[1]));
            next = at[i] + NAME_HEIGHT;
        }
        double limit = HEIGHT - 4;
        for (int i = at.length - 1; i >= 0; i--) {
            at[i] = Math.min(at[i], limit);
            limit = at[i] - NAME_HEIGHT;
        }
        for (int i = 0; i < at.length; i++) {
            Series one = byHeight.get(i);
            double end = x.at(one.last()[0]);
            svg.path(
                    Svg.point(true, end + 5, y.at(one.last()[1])) + Svg.point(false, WIDTH - RIGHT + 22, at[i]),
                    "leader");
            svg.text(WIDTH - RIGHT + 26, at[i] + 4, Svg.Anchor.START, "name c-" + one.contender(), one.title());
        }
    }
}
