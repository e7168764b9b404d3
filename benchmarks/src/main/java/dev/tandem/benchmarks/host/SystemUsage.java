package dev.tandem.benchmarks.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How the time of each CPU was spent since the host started, from {@code /proc/stat}, in ticks of 10 ms.
 *
 * @param nanos when it was read, by {@link System#nanoTime}
 * @param busyTicks by CPU number: running anything
 * @param stolenTicks by CPU number: ready to run, while the hypervisor ran something else
 */
public record SystemUsage(long nanos, Map<Integer, Long> busyTicks, Map<Integer, Long> stolenTicks) {

    private static final double TICK_NANOS = 10_000_000;

    // Columns after the CPU's name, see proc(5).
    private static final int USER = 1;
    private static final int IDLE = 4;
    private static final int IOWAIT = 5;
    private static final int SOFTIRQ = 7;
    private static final int STEAL = 8;

    /** The usage of now. */
    public static SystemUsage read() throws IOException {
        Map<Integer, Long> busy = new HashMap<>();
        Map<Integer, Long> stolen = new HashMap<>();
        for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
            if (line.matches("cpu\\d+ .*")) {
                String[] columns = line.split(" +");
                int cpu = Integer.parseInt(columns[0].substring("cpu".length()));
                busy.put(cpu, busyTicks(columns));
                stolen.put(cpu, Long.parseLong(columns[STEAL]));
            }
        }
        return new SystemUsage(System.nanoTime(), busy, stolen);
    }

    private static long busyTicks(String[] columns) {
        long ticks = 0;
        for (int column = USER; column <= SOFTIRQ; column++) {
            if (column != IDLE && column != IOWAIT) {
                ticks += Long.parseLong(columns[column]);
            }
        }
        return ticks;
    }

    /** Time that these CPUs were busy since an earlier reading. */
    public double busyNanosSince(SystemUsage before, Set<Integer> cpus) {
        return nanosSince(busyTicks, before.busyTicks, cpus);
    }

    /** Time that was taken from these CPUs since an earlier reading. */
    public double stolenNanosSince(SystemUsage before, Set<Integer> cpus) {
        return nanosSince(stolenTicks, before.stolenTicks, cpus);
    }

    private static double nanosSince(Map<Integer, Long> now, Map<Integer, Long> before, Set<Integer> cpus) {
        return TICK_NANOS
                * cpus.stream()
                        .mapToLong(cpu -> now.getOrDefault(cpu, 0L) - before.getOrDefault(cpu, 0L))
                        .sum();
    }
}
