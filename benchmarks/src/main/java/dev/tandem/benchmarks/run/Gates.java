package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.CpuSet;
import dev.tandem.benchmarks.host.ProcessUsage;
import dev.tandem.benchmarks.host.SystemUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What went on beside the blocks of a half: time the hypervisor took, time that others than the servers used on the servers'
 * CPUs, and in each server waiting, compiling and collecting. Above a limit a block tells of that and not of the server.
 */
final class Gates {

    private static final double STEAL_PERCENT_MAX = 0.5;
    private static final double FOREIGN_PERCENT_MAX = 5;
    /** CPU time does not contain waiting; much of it means that somebody else had the caches. */
    private static final double RUN_DELAY_PERCENT_MAX = 25;

    private static final double COMPILER_PERCENT_MAX = 2;
    /** To collect now and then is part of what a server costs; to collect everything in one block is not. */
    private static final double COLLECTOR_PERCENT_MAX = 15;
    /** Of its CPU time, what the busiest thread of a server with one loop has at least. */
    private static final double LOOP_SHARE_MIN = 0.8;
    /** CPU time is counted in ticks of 10 ms, so less than this is not seen. */
    private static final double TICKS_NANOS_MIN = 50_000_000;

    private final CpuSet cpus;
    private final boolean pinned;
    private final SystemUsage systemBefore;
    private final Map<Instance, ProcessUsage> before = new HashMap<>();
    private final Map<Instance, Watch> watches = new HashMap<>();
    /** Of the kernel, which work for the servers. */
    private final Map<Long, ProcessUsage> softirqThreads = new HashMap<>();

    private double stealPercent;
    private double foreignPercent;
    private final List<String> disturbances = new ArrayList<>();

    private Gates(Launch launch, List<Instance> instances) throws IOException {
        cpus = launch.serverCpus().orElseGet(CpuSet::allowed);
        pinned = launch.serverCpus().isPresent();
        for (Instance instance : instances) {
            before.put(instance, usage(instance));
        }
        for (long thread : launch.softirqThreads()) {
            softirqThreads.put(thread, ProcessUsage.read(thread));
        }
        systemBefore = SystemUsage.read();
    }

    /** Begins to watch the servers' processes and CPUs. */
    static Gates open(Launch launch, List<Instance> instances) {
        try {
            return new Gates(launch, instances);
        } catch (IOException e) {
            throw tellsNothing(e);
        }
    }

    /** Nothing, if it has died; its driver will find out. */
    private static ProcessUsage usage(Instance instance) {
        try {
            return instance.isUsable() ? ProcessUsage.read(instance.server().pid()) : new ProcessUsage(Map.of(), 0);
        } catch (IOException e) {
            return new ProcessUsage(Map.of(), 0);
        }
    }

    /** Ends watching. */
    void close() {
        try {
            closeSystem(SystemUsage.read());
        } catch (IOException e) {
            throw tellsNothing(e);
        }
    }

    private static IllegalStateException tellsNothing(IOException e) {
        return new IllegalStateException("This kernel tells nothing in /proc/stat: " + e.getMessage(), e);
    }

    private void closeSystem(SystemUsage system) throws IOException {
        double ours = 0;
        for (Map.Entry<Long, ProcessUsage> thread : softirqThreads.entrySet()) {
            ours += ProcessUsage.read(thread.getKey()).since(thread.getValue()).cpuNanos();
        }
        for (Map.Entry<Instance, ProcessUsage> entry : before.entrySet()) {
            ProcessUsage.Delta used = usage(entry.getKey()).since(entry.getValue());
            watches.put(entry.getKey(), new Watch(used));
            ours += used.cpuNanos();
        }
        double wallNanos = (system.nanos() - systemBefore.nanos()) * (double) cpus.size();
        stealPercent = 100 * system.stolenNanosSince(systemBefore, cpus.cpus()) / wallNanos;
        check(disturbances, "steal", stealPercent, STEAL_PERCENT_MAX);
        if (pinned) {
            double foreign = system.busyNanosSince(systemBefore, cpus.cpus()) - ours;
            foreignPercent = 100 * Math.max(0, foreign) / wallNanos;
            boolean seen = foreign > TICKS_NANOS_MIN;
            check(disturbances, "others on the server's CPU", seen ? foreignPercent : 0, FOREIGN_PERCENT_MAX);
        }
    }

    private static void check(List<String> disturbances, String what, double percent, double percentMax) {
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

    /** What disturbed every server. */
    List<String> disturbances() {
        return disturbances;
    }

    Watch watch(Instance instance) {
        return watches.get(instance);
    }

    /** What went on in one server. */
    static final class Watch {

        private final ProcessUsage.Delta used;

        private Watch(ProcessUsage.Delta used) {
            this.used = used;
        }

        private double percentOfUsed(double nanos) {
            return 100 * nanos / Math.max(1, used.cpuNanos());
        }

        double compilerPercent() {
            return percentOfUsed(used.compilerNanos());
        }

        double collectorPercent() {
            return percentOfUsed(used.collectorNanos());
        }

        /** Of the time in which the busiest thread could run. */
        double runDelayPercent() {
            return 100.0 * used.busiestWaitedNanos() / Math.max(1, used.busiestCpuNanos() + used.busiestWaitedNanos());
        }

        double switches() {
            return used.voluntarySwitches() + used.involuntarySwitches();
        }

        List<String> disturbances() {
            List<String> found = new ArrayList<>();
            check(found, "compiler", compilerPercent(), COMPILER_PERCENT_MAX);
            check(found, "collector", collectorPercent(), COLLECTOR_PERCENT_MAX);
            // Threads of a server with many wait for each other, which is its own doing.
            boolean oneLoop = used.busiestCpuNanos() > LOOP_SHARE_MIN * used.cpuNanos();
            check(found, "waiting for a CPU", oneLoop ? runDelayPercent() : 0, RUN_DELAY_PERCENT_MAX);
            return found;
        }
    }
}
