package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.ProcessUsage;
import dev.tandem.benchmarks.result.Point;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an idle connection costs a server in memory: the growth of the process, whose heap is resident from the start, and of
 * the live heap after a collection. The kernel's part is the same for every server and not in it.
 */
final class MemoryContest {

    private static final double WARM_SECONDS = 1;

    private final Launch launch;
    private final Workload workload;

    MemoryContest(Launch launch, Workload workload) {
        this.launch = launch;
        this.workload = workload;
    }

    Point measure(Contender contender) {
        try (Instance instance = new Instance(contender, false)) {
            instance.start(launch, workload);
            // Every connection echoes once before it is idle, so what one echo needs should be there before.
            Workload warming = Workload.parse("pingpong-c50-64b");
            instance.drive(launch, warming);
            instance.run(warming, 0, WARM_SECONDS);
            Map<String, Double> before = memory(instance);
            instance.holdIdle(launch, workload.connections());
            Map<String, Double> after = memory(instance);
            Map<String, Double> figures = new TreeMap<>();
            after.forEach((name, bytes) ->
                    figures.put(name + "PerConnection", (bytes - before.get(name)) / workload.connections()));
            figures.put(
                    "bytesPerConnection",
                    figures.values().stream().mapToDouble(Double::doubleValue).sum());
            return new Point(
                    workload.name(),
                    contender.name(),
                    Point.Status.MEASURED,
                    "",
                    instance.server().ask("verdict"),
                    figures);
        } catch (LoadFailed e) {
            return new Point(
                    workload.name(), contender.name(), Point.Status.FAILED, e.getMessage(), Map.of(), Map.of());
        }
    }

    private static Map<String, Double> memory(Instance instance) throws LoadFailed {
        String heap = instance.server().ask("gc").getOrDefault("heapBytes", "0");
        return Map.of("heapBytes", Double.parseDouble(heap), "nativeBytes", (double)
                ProcessUsage.residentBytes(instance.server().pid()));
    }
}
