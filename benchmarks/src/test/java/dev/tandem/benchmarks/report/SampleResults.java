package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.Point;
import dev.tandem.benchmarks.result.Results;
import dev.tandem.benchmarks.run.Contender;
import dev.tandem.benchmarks.run.Presets;
import dev.tandem.benchmarks.run.Workload;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.HdrHistogram.Histogram;

/** Results of a full matrix that nobody measured: every server has a cost, blocks scatter around it. */
final class SampleResults {

    private static final int ROUNDS = 6;
    private static final double SCATTER = 0.01;

    private final Random random = new Random(5);
    private final Map<String, Double> costs = new LinkedHashMap<>();

    /** CPU time per message of a server, in microseconds. */
    SampleResults cost(String contender, double micros) {
        costs.put(contender, micros);
        return this;
    }

    static SampleResults full() {
        SampleResults sample = new SampleResults();
        double micros = 5;
        for (Contender contender : Contender.all()) {
            sample.cost(contender.name(), micros);
            micros *= 1.12;
        }
        return sample;
    }

    Results results() {
        return results(Presets.matrix());
    }

    Results results(List<String> names) {
        List<Block> blocks = new ArrayList<>();
        List<Point> points = new ArrayList<>();
        Map<String, String> workloads = new LinkedHashMap<>();
        for (String name : names) {
            Workload workload = Workload.parse(name);
            workloads.put(name, workload.title());
            for (String contender : costs.keySet()) {
                points.add(point(workload, contender));
                if (workload.kind() != Workload.Kind.MEMORY) {
                    addBlocks(blocks, workload, contender, false);
                }
            }
            if (workload.kind() != Workload.Kind.MEMORY) {
                addBlocks(blocks, workload, first(), true);
            }
        }
        return new Results(
                Results.SCHEMA,
                "2026-01-02T03:04:05Z",
                60,
                "./tandem bench",
                true,
                List.copyOf(workloads.keySet()),
                Map.of("processor", "None", "cpus", "2", "kernel", "Linux", "jdk", "17", "commit", "abc"),
                Map.of("twin", first()),
                workloads,
                costs.keySet().stream()
                        .map(Contender::named)
                        .map(c -> new Results.Setup(
                                c.name(), c.title(), c.family().name(), c.configuration(), c.source()))
                        .toList(),
                points,
                blocks);
    }

    private String first() {
        return costs.keySet().iterator().next();
    }

    private static Point point(Workload workload, String contender) {
        boolean memory = workload.kind() == Workload.Kind.MEMORY;
        return new Point(
                workload.name(),
                contender,
                Point.Status.MEASURED,
                "",
                Map.of("transport", "sample"),
                memory
                        ? Map.of(
                                "bytesPerConnection",
                                3000.0,
                                "heapBytesPerConnection",
                                1000.0,
                                "nativeBytesPerConnection",
                                2000.0)
                        : Map.of("systemCallsPerMessage", 2.0));
    }

    private void addBlocks(List<Block> blocks, Workload workload, String contender, boolean twin) {
        for (int i = 0; i < 2 * ROUNDS; i++) {
            double nanos = 1000 * costs.get(contender) / workload.depth() * Math.exp(SCATTER * random.nextGaussian());
            blocks.add(block(workload, contender, twin, i / 2, i % 2, nanos));
        }
    }

    private Block block(Workload workload, String contender, boolean twin, int round, int half, double nanos) {
        return new Block(
                workload.name(),
                contender,
                twin,
                0,
                round,
                half,
                "java",
                1,
                100_000,
                1e9 / nanos,
                64e9 / nanos,
                nanos,
                99,
                0.1,
                0,
                50 << 20,
                4000,
                80,
                false,
                workload.isPaced() ? 1000.0 * workload.ratePercent() : 0,
                true,
                new double[] {20, 30, 50, 90, 95, 100},
                workload.isPaced() ? histogram(nanos * workload.ratePercent()) : "",
                0,
                0,
                0,
                0,
                List.of());
    }

    private String histogram(double typicalNanos) {
        Histogram histogram = new Histogram(60_000_000_000L, 3);
        for (int i = 0; i < 2000; i++) {
            histogram.recordValue((long) (typicalNanos * (1 + random.nextDouble() + (i % 200 == 0 ? 10 : 0))));
        }
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }
}
