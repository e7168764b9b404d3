package dev.tandem.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleFunction;

/** A bar for each server, the shortest first, with the range in which the true value lies. */
final class BarChart {

    private static final int WIDTH = 860;
    private static final int LABEL_WIDTH = 210;
    private static final int VALUE_WIDTH = 130;
    private static final int ROW_HEIGHT = 24;
    private static final int BAR_HEIGHT = 14;
    private static final int AXIS_HEIGHT = 42;

    private final String label;
    private final String valueTitle;
    private final DoubleFunction<String> format;
    private final List<Bar> bars = new ArrayList<>();

    private record Bar(String contender, String title, double low, double value, double high, String remark) {}

    /**
     * @param valueTitle what the length of a bar is
     * @param format how a value is written
     */
    BarChart(String label, String valueTitle, DoubleFunction<String> format) {
        this.label = label;
        this.valueTitle = valueTitle;
        this.format = format;
    }

    void add(String contender, String title, double low, double value, double high, String remark) {
        bars.add(new Bar(contender, title, low, value, high, remark));
    }

    boolean isEmpty() {
        return bars.isEmpty();
    }

    @Override
    public String toString() {
        return draw().toString();
    }

    Svg draw() {
        bars.sort(Comparator.comparingDouble(Bar::value));
        double max = bars.stream()
                .mapToDouble(bar -> Math.max(bar.high(), bar.value()))
                .max()
                .orElse(1);
        int bottom = bars.size() * ROW_HEIGHT;
        Svg svg = new Svg(WIDTH, bottom + AXIS_HEIGHT, label);
        Scale scale = Scale.linear(max, LABEL_WIDTH, WIDTH - VALUE_WIDTH);
        for (double tick : scale.ticks()) {
            svg.line(scale.at(tick), 0, scale.at(tick), bottom, "grid");
            svg.text(scale.at(tick), bottom + 15, Svg.Anchor.MIDDLE, "axis", format.apply(tick));
        }
        double middle = (LABEL_WIDTH + WIDTH - VALUE_WIDTH) / 2.0;
        svg.text(middle, bottom + 34, Svg.Anchor.MIDDLE, "axis", valueTitle);
        for (int i = 0; i < bars.size(); i++) {
            draw(svg, scale, bars.get(i), i * ROW_HEIGHT + ROW_HEIGHT / 2.0);
        }
        return svg;
    }

    private void draw(Svg svg, Scale scale, Bar bar, double middle) {
        String value = format.apply(bar.value());
        svg.text(LABEL_WIDTH - 8, middle + 4, Svg.Anchor.END, "label", bar.title());
        svg.rectangle(
                LABEL_WIDTH,
                middle - BAR_HEIGHT / 2.0,
                scale.at(bar.value()) - LABEL_WIDTH,
                BAR_HEIGHT,
                "fill c-" + bar.contender(),
                bar.title() + ": " + value + " (" + format.apply(bar.low()) + " to " + format.apply(bar.high()) + ")");
        if (bar.high() > bar.low()) {
            svg.line(scale.at(bar.low()), middle, scale.at(bar.high()), middle, "whisker");
            svg.line(scale.at(bar.low()), middle - 4, scale.at(bar.low()), middle + 4, "whisker");
            svg.line(scale.at(bar.high()), middle - 4, scale.at(bar.high()), middle + 4, "whisker");
        }
        double end = scale.at(Math.max(bar.high(), bar.value()));
        svg.text(end + 8, middle + 4, Svg.Anchor.START, "value", value + bar.remark());
    }
}
