package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.run.Presets;
import dev.tandem.benchmarks.run.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The drawings that other documents show, each a file that needs nothing else, for light and dark pages. */
final class Plots {

    private static final int SIZE_BYTES = 64;

    private final Analysis analysis;
    private final Charts charts;
    private final Path directory;
    private final List<Path> written = new ArrayList<>();

    Plots(Analysis analysis, Path directory) {
        this.analysis = analysis;
        this.charts = new Charts(analysis, few(analysis));
        this.directory = directory;
    }

    /** More lines than these cannot be told apart; the report has them all. */
    private static List<String> few(Analysis analysis) {
        return analysis.contenders().stream()
                .filter(Presets.QUICK_CONTENDERS::contains)
                .toList();
    }

    /** Writes those for which there are figures, and returns their files. */
    List<Path> write() throws IOException {
        Files.createDirectories(directory);
        LineChart connections = charts.scaling(
                "Ping-pong of 64 B",
                "connections",
                analysis.workloads("pingpong").stream()
                        .map(Workload::parse)
                        .filter(workload -> workload.sizeBytes() == SIZE_BYTES)
                        .toList(),
                Workload::connections);
        if (!connections.isEmpty()) {
            write("pingpong.svg", connections.draw());
        }
        for (String workload : analysis.workloads("frames")) {
            BarChart chart = charts.cost(workload);
            if (!chart.isEmpty()) {
                write(workload + ".svg", chart.draw());
            }
        }
        LineChart latency = charts.latency(99);
        if (!latency.isEmpty()) {
            write("latency-p99.svg", latency.draw());
        }
        return written;
    }

    private void write(String name, Svg svg) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, svg.standalone(Style.sheet()));
        written.add(file);
    }
}
