package dev.tandem.benchmarks.report;

import java.util.Locale;

/** A drawing, built element by element. Coordinates are pixels from the top left. */
final class Svg {

    private final StringBuilder elements = new StringBuilder();
    private final int width;
    private final int height;
    private final String label;

    /** @param label what the drawing shows, for those who cannot see it */
    Svg(int width, int height, String label) {
        this.width = width;
        this.height = height;
        this.label = label;
    }

    /** Where a text's own point is. */
    enum Anchor {
        START,
        MIDDLE,
        END;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Svg text(double x, double y, Anchor anchor, String style, String text) {
        return add("<text x='%.1f' y='%.1f' text-anchor='%s' class='%s'>%s</text>", x, y, anchor, style, escape(text));
    }

    Svg line(double x1, double y1, double x2, double y2, String style) {
        return add("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' class='%s'/>", x1, y1, x2, y2, style);
    }

    Svg rectangle(double x, double y, double width, double height, String style, String tooltip) {
        return add(
                "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' rx='2' class='%s'><title>%s</title></rect>",
                x, y, Math.max(0, width), height, style, escape(tooltip));
    }

    Svg dot(double x, double y, String style, String tooltip) {
        return add(
                "<circle cx='%.1f' cy='%.1f' r='3.2' class='%s'><title>%s</title></circle>",
                x, y, style, escape(tooltip));
    }

    /** A line through points that were joined by {@link #point}. */
    Svg path(String points, String style) {
        return add("<path d='%s' class='%s'/>", points, style);
    }

    static String point(boolean first, double x, double y) {
        return String.format(Locale.ROOT, "%s%.1f %.1f ", first ? "M" : "L", x, y);
    }

    /** As a file of its own, with a style sheet. */
    String standalone(String style) {
        return toString()
                .replaceFirst("<svg ", "<svg xmlns='http://www.w3.org/2000/svg' ")
                .replaceFirst(
                        ">",
                        "><style>"
                                + (style + "svg { margin: 0; }")
                                        .replace("\\", "\\\\")
                                        .replace("$", "\\$") + "</style>");
    }

    private Svg add(String format, Object... values) {
        elements.append(String.format(Locale.ROOT, format, values)).append('\n');
        return this;
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;");
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "<svg viewBox='0 0 %d %d' width='%d' height='%d' role='img' aria-label='%s'>%n%s</svg>%n",
                width,
                height,
                width,
                height,
                escape(label),
                elements);
    }
}
