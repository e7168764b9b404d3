package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.report.Page.Cell;
import dev.tandem.benchmarks.run.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** The sections in which a workload is varied: more connections, more messages at once, higher rates. */
final class Curves {

    private final Analysis analysis;
    private final Charts charts;
    private final Page page;

    Curves(Analysis analysis, Charts charts, Page page) {
        this.analysis = analysis;
        this.charts = charts;
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
            String title = heading + Numbers.bytes(size);
            LineChart chart = charts.scaling(title, xTitle, workloads, x);
            if (!chart.isEmpty()) {
                page.section(title);
                page.drawing(chart);
                page.reproduce(workloads.stream().map(Workload::name).toList(), analysis.results());
            }
        });
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
        for (double percentile : Charts.PERCENTILES) {
            LineChart chart = charts.latency(percentile);
            if (!chart.isEmpty()) {
                page.subsection(
                        percentile == 50
                                ? "Median"
                                : Numbers.digits(percentile) + " % of messages were faster than this");
                page.drawing(chart);
            }
        }
        List<List<Cell>> rows = new ArrayList<>();
        for (String workload : workloads) {
            for (String contender : analysis.contenders()) {
                charts.latencies(workload, contender)
                        .ifPresent(latencies -> rows.add(row(workload, contender, latencies)));
            }
        }
        page.table(List.of("Server", "Workload", "Messages/s", "Median", "99 %", "99.9 %", "Maximum", ""), rows);
        page.reproduce(workloads, analysis.results());
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
