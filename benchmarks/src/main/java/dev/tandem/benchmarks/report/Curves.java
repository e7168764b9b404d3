package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.report.Page.Cell;
import dev.tandem.benchmarks.run.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** The sections in which a workload is varied: more connections, more messages at once, higher rates. */
final class Curves {

    private static final double[] PERCENTILES = {50, 99, 99.9};

    private final Analysis analysis;
    private final Page page;

    Curves(Analysis analysis, Page page) {
        this.analysis = analysis;
        this.page = page;
    }

    void add() {
        scaling("pingpong", "connections", Workload::connections, "More connections: ping-pong, ");
        scaling("frames", "frames at once", Workload::depth, "More at once: frames, ");
        latencies();
    }

    /** One chart for each message size. */
    private void scaling(String kind, String xTitle, ToIntFunction<Workload> x, String heading) {
        Map<Integer, List<Workload>> bySize = analysis.workloads(kind).stream()
                .map(Workload::parse)
                .collect(Collectors.groupingBy(Workload::sizeBytes, TreeMap::new, Collectors.toList()));
        bySize.forEach((size, workloads) -> {
            workloads.sort(Comparator.comparingInt(x));
            LineChart chart = new LineChart(
                    heading + size + " B", xTitle, value -> Long.toString(Math.round(value)), Numbers::nanos);
            for (String contender : analysis.contenders()) {
                chart.add(contender, analysis.title(contender), costs(contender, workloads, x));
            }
            if (!chart.isEmpty()) {
                page.section(heading + size + " B");
                page.remark("Server CPU time per message.");
                page.drawing(chart);
            }
        });
    }

    private List<double[]> costs(String contender, List<Workload> workloads, ToIntFunction<Workload> x) {
        List<double[]> points = new ArrayList<>();
        for (Workload workload : workloads) {
            analysis.cost(workload.name(), contender)
                    .ifPresent(figure -> points.add(new double[] {
                        x.applyAsInt(workload), figure.interval().estimate()
                    }));
        }
        return points;
    }

    private void latencies() {
        List<String> workloads = analysis.workloads("rate");
        if (workloads.isEmpty()) {
            return;
        }
        page.section("Latency at given rates");
        page.remark(
                "Messages left on a schedule, whatever the server did, and their latency counts from the time they were"
                        + " meant to leave. The rates are shares of the peak of the slowest server, the same for all.");
        for (double percentile : PERCENTILES) {
            LineChart chart = new LineChart(
                    "Latency, percentile " + percentile, "messages per second", Numbers::count, Numbers::nanos);
            for (String contender : analysis.contenders()) {
                chart.add(contender, analysis.title(contender), latencies(contender, workloads, percentile));
            }
            if (!chart.isEmpty()) {
                page.subsection(percentile == 50 ? "Median" : percentile + " % of messages were faster than this");
                page.drawing(chart);
            }
        }
        List<List<Cell>> rows = new ArrayList<>();
        for (String workload : workloads) {
            for (String contender : analysis.contenders()) {
                latency(workload, contender).ifPresent(latencies -> rows.add(row(workload, contender, latencies)));
            }
        }
        page.table(List.of("Server", "Workload", "Messages/s", "Median", "99 %", "99.9 %", "Maximum", ""), rows);
    }

    private Optional<Latencies> latency(String workload, String contender) {
        return Latencies.of(analysis.blocks(workload, contender, false));
    }

    private List<double[]> latencies(String contender, List<String> workloads, double percentile) {
        List<double[]> points = new ArrayList<>();
        for (String workload : workloads) {
            latency(workload, contender)
                    .filter(Latencies::rateAchieved)
                    .ifPresent(latencies ->
                            points.add(new double[] {latencies.rate(), Math.max(1, latencies.nanosAt(percentile))}));
        }
        points.sort(Comparator.comparingDouble(point -> point[0]));
        return points;
    }

    private List<Cell> row(String workload, String contender, Latencies latencies) {
        String remark =
                (latencies.rateAchieved() ? "" : "rate not achieved ") + (latencies.disturbed() ? "disturbed" : "");
        return List.of(
                Cell.of(analysis.title(contender)),
                Cell.left(workload),
                Cell.of(Numbers.count(latencies.rate())),
                Cell.of(Numbers.nanos(latencies.nanosAt(50))),
                Cell.of(Numbers.nanos(latencies.nanosAt(99))),
                Cell.of(Numbers.nanos(latencies.nanosAt(99.9))),
                Cell.of(Numbers.nanos(latencies.maxNanos())),
                new Cell(remark, "open"));
    }
}
