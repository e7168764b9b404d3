package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.run.Contender;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One HTML file that needs nothing else: style and drawings are in it. */
final class Page {

    /** The style of a cell that takes the rest of its row. */
    private static final String REST = "rest";

    private final StringBuilder body = new StringBuilder();
    private final String title;

    Page(String title) {
        this.title = title;
        body.append("<h1>").append(Svg.escape(title)).append("</h1>\n");
    }

    void section(String heading) {
        body.append("<h2>").append(Svg.escape(heading)).append("</h2>\n");
    }

    void subsection(String heading) {
        body.append("<h3>").append(Svg.escape(heading)).append("</h3>\n");
    }

    void paragraph(String text) {
        body.append("<p>").append(Svg.escape(text)).append("</p>\n");
    }

    void remark(String text) {
        body.append("<p class='quiet'>").append(Svg.escape(text)).append("</p>\n");
    }

    /** A command to repeat something with. */
    void command(String command) {
        body.append("<pre>").append(Svg.escape(command)).append("</pre>\n");
    }

    void verdict(List<String> sentences) {
        body.append("<div class='verdict'><ul>\n");
        sentences.forEach(
                sentence -> body.append("<li>").append(Svg.escape(sentence)).append("</li>\n"));
        body.append("</ul></div>\n");
    }

    void drawing(Object svg) {
        body.append("<div class='scroll'>").append(svg).append("</div>\n");
    }

    /** A cell of a table. Style is a class of the style sheet, or empty; {@code rest} takes the rest of the row. */
    record Cell(String text, String style) {
        static Cell of(String text) {
            return new Cell(text, "");
        }

        static Cell left(String text) {
            return new Cell(text, "left");
        }
    }

    void table(List<String> head, List<List<Cell>> rows) {
        body.append("<div class='scroll'><table><tr>");
        head.forEach(name -> body.append("<th>").append(Svg.escape(name)).append("</th>"));
        body.append("</tr>\n");
        for (List<Cell> row : rows) {
            body.append("<tr>");
            row.forEach(cell -> body.append(cell.style().startsWith(REST) ? "<td colspan='20' class='" : "<td class='")
                    .append(cell.style())
                    .append("'>")
                    .append(Svg.escape(cell.text()))
                    .append("</td>"));
            body.append("</tr>\n");
        }
        body.append("</table></div>\n");
    }

    /** What follows until {@link #endDetails} is hidden until asked for. */
    void beginDetails(String summary) {
        body.append("<details><summary>").append(Svg.escape(summary)).append("</summary>\n");
    }

    void endDetails() {
        body.append("</details>\n");
    }

    @Override
    public String toString() {
        return "<!DOCTYPE html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
                + "<meta name='viewport' content='width=device-width, initial-scale=1'>\n<title>" + Svg.escape(title)
                + "</title>\n<style>\n" + style() + "</style>\n</head>\n<body>\n<main>\n" + body
                + "</main>\n</body>\n</html>\n";
    }

    /** The style sheet, and a rule for the colour of each server that it names. */
    private static String style() {
        String sheet = read("report.css");
        StringBuilder style = new StringBuilder(sheet);
        Contender.all()
                .forEach(contender -> style.append(String.format(
                        "svg .fill.c-%1$s, svg .name.c-%1$s { fill: var(--%1$s); } svg .s-%1$s { stroke: var(--%1$s); }%n",
                        contender.name())));
        return style.toString();
    }

    private static String read(String resource) {
        try (InputStream in = Page.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
