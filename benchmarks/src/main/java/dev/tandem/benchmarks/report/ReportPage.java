package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.report.Page.Cell;
import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.Point;
import dev.tandem.benchmarks.result.Results;
import dev.tandem.benchmarks.stats.Ratio;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The report of one run. */
final class ReportPage {

    private static final double SECOND_NANOS = 1e9;

    private final Analysis analysis;
    private final Results results;
    private final Page page;
    private final Charts charts;
    private final Curves curves;

    ReportPage(Results results) {
        this.results = results;
        this.analysis = new Analysis(results);
        this.page = new Page("Which server model on this host?");
        this.charts = new Charts(analysis);
        this.curves = new Curves(analysis, charts, page);
    }

    @Override
    public String toString() {
        introduction();
        new Glance(analysis).addTo(page);
        targets();
        curves.add();
        costs();
        memory();
        noise();
        setups();
        environment();
        return page.toString();
    }

    private void introduction() {
        Map<String, String> environment = results.environment();
        page.remark(
                results.startedAt() + " · " + environment.get("processor") + ", " + environment.get("cpus") + " CPUs, "
                        + environment.get("kernel") + " · " + environment.get("jdk") + " · commit "
                        + environment.get("commit"));
        List<String> sentences = new Verdict(analysis).sentences();
        if (!sentences.isEmpty()) {
            page.verdict(sentences);
        }
        page.paragraph(
                "The measure is the CPU time of the server's process for each message, because it can be compared"
                        + " even where the driver or the machine is the limit; wall-clock figures stand beside it. Servers took"
                        + " turns in random order, and a difference is only called one if a server measured against itself does"
                        + " not show as much. Whiskers are 95 % intervals.");
        page.paragraph(
                "What the figures do not say: this was the loopback device, which has no packets lost, no"
                        + " interrupts of a network card and no distance"
                        + ("true".equals(environment.get("hypervisor"))
                                ? ", in a virtual machine, where system calls and wake-ups cost more than on bare metal"
                                : "")
                        + ". Ratios carry over to other hosts better than absolute figures, and neither replaces a run on yours.");
    }

    private void targets() {
        List<Targets.Row> rows = new Targets(analysis)
                .rows().stream().filter(row -> row.ratio().isPresent()).toList();
        if (rows.isEmpty()) {
            return;
        }
        page.section("What Tandem promises itself");
        page.remark("CPU time per message, the cheapest of ours over the cheapest of theirs on the same work.");
        page.table(
                List.of("Workload", "Ours", "Against", "At most", "Measured", "95 % interval", ""),
                rows.stream().map(this::targetRow).toList());
    }

    private List<Cell> targetRow(Targets.Row row) {
        Ratio ratio = row.ratio().orElseThrow();
        String outcome = row.outcome();
        String style = outcome.equals("met") ? "good" : outcome.startsWith("missed") ? "bad" : "open";
        return List.of(
                Cell.of(analysis.workloadTitle(row.workload())),
                Cell.left(analysis.title(row.ours())),
                Cell.left(analysis.title(row.others())),
                Cell.of(Numbers.digits(row.ratioMax())),
                Cell.of(Numbers.digits(ratio.estimate())),
                Cell.of(Numbers.digits(ratio.low()) + " – " + Numbers.digits(ratio.high())),
                new Cell(outcome, style));
    }

    private void costs() {
        for (String workload : analysis.costWorkloads()) {
            BarChart chart = charts.cost(workload);
            page.section(analysis.workloadTitle(workload));
            if (!chart.isEmpty()) {
                analysis.noise(workload)
                        .ifPresent(noise -> page.remark(
                                "Noise between two processes of one server: up to " + Numbers.percent(noise) + "."));
                page.drawing(chart);
            }
            page.table(
                    List.of(
                            "Server",
                            "Messages per server CPU second",
                            "Messages/s",
                            "Server CPU",
                            "System calls per message",
                            "Switches per message",
                            "Driver CPU per message",
                            "Blocks"),
                    analysis.contenders().stream()
                            .map(contender -> costRow(workload, contender))
                            .flatMap(Optional::stream)
                            .toList());
            page.reproduce(List.of(workload), results);
        }
    }

    private Optional<List<Cell>> costRow(String workload, String contender) {
        Optional<Point> point = analysis.point(workload, contender);
        if (point.isEmpty()) {
            return Optional.empty();
        }
        if (point.get().status() != Point.Status.MEASURED) {
            return Optional.of(missing(contender, point.get()));
        }
        Double systemCalls = point.get().figures().get("systemCallsPerMessage");
        return Optional.of(List.of(
                Cell.of(analysis.title(contender)),
                Cell.of(text(workload, contender, block -> SECOND_NANOS / block.serverCpuNanosPerMessage(), true)),
                Cell.of(text(workload, contender, Block::messagesPerSecond, true)),
                Cell.of(text(workload, contender, Block::serverCpuPercent, false) + " %"),
                Cell.of(systemCalls == null ? "–" : Numbers.digits(systemCalls)),
                Cell.of(text(workload, contender, Block::switchesPerMessage, false)),
                Cell.of(analysis.figure(workload, contender, Block::driverCpuNanosPerMessage)
                        .map(figure -> Numbers.nanos(figure.interval().estimate()))
                        .orElse("–")),
                Cell.of(blocks(workload, contender))));
    }

    private List<Cell> missing(String contender, Point point) {
        String status = point.status() == Point.Status.FAILED ? "failed: " : "not run: ";
        return List.of(
                Cell.of(analysis.title(contender)),
                new Cell(status + point.reason(), point.status() == Point.Status.FAILED ? "rest bad" : "rest open"));
    }

    private String text(String workload, String contender, ToDoubleFunction<Block> value, boolean isCount) {
        return analysis.figure(workload, contender, value)
                .map(figure -> figure.interval().estimate())
                .map(number -> isCount ? Numbers.count(number) : Numbers.digits(number))
                .orElse("–");
    }

    private String blocks(String workload, String contender) {
        List<Block> blocks = analysis.blocks(workload, contender, false);
        long accepted = blocks.stream().filter(Block::isAccepted).count();
        boolean clientBound = blocks.stream().filter(Block::clientBound).count() * 2 > blocks.size();
        return accepted + " of " + blocks.size() + (clientBound ? ", client-bound" : "");
    }

    private void memory() {
        for (String workload : analysis.workloads("memory")) {
            page.section(analysis.workloadTitle(workload));
            page.remark(
                    "Growth of the process for each idle connection that has echoed once: memory outside the heap, and"
                            + " live heap after a collection. What the kernel keeps is not in it.");
            BarChart chart = new BarChart("Memory per idle connection", "bytes per idle connection", Numbers::bytes);
            List<List<Cell>> rows = new ArrayList<>();
            for (String contender : analysis.contenders()) {
                analysis.point(workload, contender).ifPresent(point -> {
                    if (point.status() == Point.Status.MEASURED) {
                        double bytes = point.figures().get("bytesPerConnection");
                        chart.add(contender, analysis.title(contender), bytes, bytes, bytes, "");
                        rows.add(List.of(
                                Cell.of(analysis.title(contender)),
                                Cell.of(Numbers.bytes(point.figures().get("heapBytesPerConnection"))),
                                Cell.of(Numbers.bytes(point.figures().get("nativeBytesPerConnection")))));
                    } else {
                        rows.add(missing(contender, point));
                    }
                });
            }
            page.drawing(chart);
            page.table(List.of("Server", "Live heap", "Outside the heap"), rows);
            page.reproduce(List.of(workload), results);
        }
    }

    private void noise() {
        List<List<Cell>> rows = new ArrayList<>();
        for (String workload : results.workloads().keySet()) {
            analysis.noiseRatio(workload)
                    .ifPresent(ratio -> rows.add(List.of(
                            Cell.of(analysis.workloadTitle(workload)),
                            Cell.of(String.format(Locale.ROOT, "%.3f", ratio.estimate())),
                            Cell.of(String.format(Locale.ROOT, "%.3f – %.3f", ratio.low(), ratio.high())),
                            Cell.of(Integer.toString(ratio.pairs())),
                            Cell.of(Numbers.percent(ratio.farthestFromOne())))));
        }
        if (!rows.isEmpty()) {
            page.section("Noise: a server against itself");
            page.remark("Two processes of " + analysis.title(analysis.twin().orElse("")) + " took turns like any two"
                    + " servers. The farther end of the interval is the noise floor of the workload.");
            page.table(List.of("Workload", "Ratio", "95 % interval", "Pairs", "Noise floor"), rows);
        }
    }

    private void setups() {
        page.section("How each server was set up");
        for (Results.Setup setup : results.contenders()) {
            page.subsection(setup.title());
            page.paragraph(setup.configuration());
            page.remark("Advice: " + setup.source() + ".");
            page.remark("The running server said: " + verdictOf(setup.name()) + ".");
        }
    }

    private String verdictOf(String contender) {
        return results.points().stream()
                .filter(point ->
                        point.contender().equals(contender) && !point.verdict().isEmpty())
                .findFirst()
                .map(point -> String.join(
                        ", ",
                        point.verdict().entrySet().stream()
                                .filter(entry ->
                                        !List.of("jdk", "flags", "verdict").contains(entry.getKey()))
                                .map(entry -> entry.getKey() + " " + shorten(entry.getValue()))
                                .toList()))
                .orElse("nothing, it was not running or is one that cannot");
    }

    private static String shorten(String text) {
        int max = 160;
        return text.length() <= max ? text : text.substring(0, max) + "…";
    }

    private void environment() {
        page.section("Host, software and settings");
        page.command(results.command());
        List<List<Cell>> rows = new ArrayList<>();
        results.environment().forEach((name, value) -> rows.add(List.of(Cell.of(name), Cell.left(value))));
        results.settings().forEach((name, value) -> rows.add(List.of(Cell.of(name), Cell.left(value))));
        page.table(List.of("", ""), rows);
        page.remark(String.format(
                Locale.ROOT,
                "The run took %.0f minutes. Every block, those that do not count included, is in blocks.csv and"
                        + " results.json.",
                results.seconds() / 60));
    }
}
