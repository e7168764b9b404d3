package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.run.Workload;
import dev.tandem.benchmarks.stats.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** The drawings of a run, for the page and for files of their own. */
final class Charts {

    static final double[] PERCENTILES = {50, 99, 99.9};

    private static final String COST = "server CPU time per message";
    private static final String DISTURBED = " (disturbed)";

    private final Analysis analysis;
    private final List<String> contenders;

    Charts(Analysis analysis) {
        this(analysis, analysis.contenders());
    }

    /** @param contenders the servers that are drawn */
    Charts(Analysis analysis, List<String> contenders) {
        this.analysis = analysis;
        this.contenders = contenders;
    }

    /** What a message costs each server. */
    BarChart cost(String workload) {
        BarChart chart = new BarChart(
                "CPU time per message, " + analysis.workloadTitle(workload), COST + ", less is better", Numbers::nanos);
        for (String contender : contenders) {
            analysis.cost(workload, contender)
                    .ifPresent(figure -> chart.add(
                            contender,
                            analysis.title(contender),
                            figure.interval().low(),
                            figure.interval().estimate(),
                            figure.interval().high(),
                            figure.disturbed() ? DISTURBED : ""));
        }
        return chart;
    }

    /** What a message costs when one number of the workload grows. */
    LineChart scaling(String label, String xTitle, List<Workload> workloads, ToIntFunction<Workload> x) {
        List<Workload> ascending = new ArrayList<>(workloads);
        ascending.sort(Comparator.comparingInt(x));
        LineChart chart = new LineChart(label, xTitle, COST, value -> Long.toString(Math.round(value)), Numbers::nanos);
        for (String contender : contenders) {
            chart.add(contender, analysis.title(contender), costs(contender, ascending, x));
        }
        return chart;
    }

    private List<double[]> costs(String contender, List<Workload> workloads, ToIntFunction<Workload> x) {
        List<double[]> points = new ArrayList<>();
        for (Workload workload : workloads) {
            analysis.cost(workload.name(), contender).ifPresent(figure -> {
                Interval interval = figure.interval();
                points.add(new double[] {x.applyAsInt(workload), interval.estimate(), interval.low(), interval.high()});
            });
        }
        return points;
    }

    /** How long replies took at each rate. Rates that were not achieved are left out. */
    LineChart latency(double percentile) {
        String title =
                percentile == 50 ? "median latency" : "latency, " + Numbers.digits(percentile) + " % were faster";
        LineChart chart = new LineChart(title, "messages per second", title, Numbers::count, Numbers::nanos);
        for (String contender : contenders) {
            List<double[]> points = new ArrayList<>();
            for (String workload : analysis.workloads("rate")) {
                latencies(workload, contender)
                        .filter(Latencies::rateAchieved)
                        .ifPresent(latencies -> points.add(
                                new double[] {latencies.rate(), Math.max(1, latencies.nanosAt(percentile))}));
            }
            points.sort(Comparator.comparingDouble(point -> point[0]));
            chart.add(contender, analysis.title(contender), points);
        }
        return chart;
    }

    Optional<Latencies> latencies(String workload, String contender) {
        return Latencies.of(analysis.blocks(workload, contender, false));
    }
}
