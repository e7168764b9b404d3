package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.result.Results;
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

    /** How to measure some workloads again as they were measured. */
    void reproduce(List<String> workloads, Results results) {
        body.append("<details><summary>Reproduce</summary>\n");
        command("./tandem bench " + String.join(" ", workloads) + results.options());
        body.append("</details>\n");
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
        table("", head, rows);
    }

    /** For many columns of short cells. */
    void tightTable(List<String> head, List<List<Cell>> rows) {
        table("tight", head, rows);
    }

    private void table(String style, List<String> head, List<List<Cell>> rows) {
        body.append("<div class='scroll'><table class='").append(style).append("'><tr>");
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

    @Override
    public String toString() {
        return "<!DOCTYPE html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
                + "<meta name='viewport' content='width=device-width, initial-scale=1'>\n<title>" + Svg.escape(title)
                + "</title>\n<style>\n" + Style.sheet() + "</style>\n</head>\n<body>\n<main>\n" + body
                + "</main>\n</body>\n</html>\n";
    }
}
