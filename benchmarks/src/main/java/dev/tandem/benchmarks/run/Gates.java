package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.CpuSet;
import dev.tandem.benchmarks.host.ProcessUsage;
import dev.tandem.benchmarks.host.SystemUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What went on beside a block: time the hypervisor took, time others used on the server's CPUs, waiting, compiling,
 * collecting. Above a limit the block tells of that and not of the server.
 */
final class Gates {

    private static final double STEAL_PERCENT_MAX = 0.5;
    private static final double RUN_DELAY_PERCENT_MAX = 2;
    private static final double FOREIGN_PERCENT_MAX = 4;
    private static final double COMPILER_PERCENT_MAX = 2;
    private static final double COLLECTOR_PERCENT_MAX = 2;
    /** Of its CPU time, what the busiest thread of a server with one loop has at least. */
    private static final double LOOP_SHARE_MIN = 0.8;
    /** CPU time is counted in ticks of 10 ms, so less than this is not seen. */
    private static final double TICKS_NANOS_MIN = 50_000_000;

    private final CpuSet cpus;
    private final boolean pinned;
    private final long pid;
    private final SystemUsage systemBefore;
    private final ProcessUsage processBefore;

    private double stealPercent;
    private double foreignPercent;
    private double compilerPercent;
    private double collectorPercent;
    private double runDelayPercent;
    private final List<String> disturbances = new ArrayList<>();

    private Gates(Launch launch, long pid) throws IOException {
        this.cpus = launch.serverCpus().orElseGet(CpuSet::allowed);
        this.pinned = launch.serverCpus().isPresent();
        this.pid = pid;
        this.systemBefore = SystemUsage.read();
        this.processBefore = ProcessUsage.read(pid);
    }

    /** Begins to watch the server's process and CPUs. */
    static Gates open(Launch launch, long pid) throws IOException {
        return new Gates(launch, pid);
    }

    /** Ends watching. */
    void close() throws IOException {
        SystemUsage system = SystemUsage.read();
        ProcessUsage.Delta used = ProcessUsage.read(pid).since(processBefore);
        double wallNanos = (system.nanos() - systemBefore.nanos()) * (double) cpus.size();
        stealPercent = 100 * system.stolenNanosSince(systemBefore, cpus.cpus()) / wallNanos;
        check("steal", stealPercent, STEAL_PERCENT_MAX);
        if (pinned) {
            double foreign = system.busyNanosSince(systemBefore, cpus.cpus()) - used.cpuNanos();
            foreignPercent = 100 * Math.max(0, foreign) / wallNanos;
            check("others on the server's CPU", foreign > TICKS_NANOS_MIN ? foreignPercent : 0, FOREIGN_PERCENT_MAX);
        }
        compilerPercent = 100.0 * used.compilerNanos() / Math.max(1, used.cpuNanos());
        check("compiler", compilerPercent, COMPILER_PERCENT_MAX);
        collectorPercent = 100.0 * used.collectorNanos() / Math.max(1, used.cpuNanos());
        check("collector", collectorPercent, COLLECTOR_PERCENT_MAX);
        runDelayPercent = 100.0 * used.busiestWaitedNanos() / wallNanos;
        // Threads of a server with many wait for each other, which is its own doing.
        boolean oneLoop = used.busiestCpuNanos() > LOOP_SHARE_MIN * used.cpuNanos();
        check("waiting for a CPU", oneLoop ? runDelayPercent : 0, RUN_DELAY_PERCENT_MAX);
    }

    private void check(String what, double percent, double percentMax) {
        if (percent > percentMax) {
            disturbances.add(String.format(Locale.ROOT, "%s %.1f %%", what, percent));
        }
    }

    double stealPercent() {
        return stealPercent;
    }

    double foreignPercent() {
        return foreignPercent;
    }

    double compilerPercent() {
        return compilerPercent;
    }

    double collectorPercent() {
        return collectorPercent;
    }

    double runDelayPercent() {
        return runDelayPercent;
    }

    List<String> disturbances() {
        return disturbances;
    }
}
