package dev.tandem.benchmarks.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to measure and how long.
 *
 * @param workloads in this order
 * @param contenders the servers
 * @param twin the server that is also measured against itself
 * @param forks how often every server is started anew
 * @param rounds in each fork; each gives two blocks of every server, and so two pairs of any two
 * @param extraRoundsMax how many rounds may follow those to make up for disturbed blocks
 * @param blockSeconds of measuring
 * @param warmSecondsMax of load before the first block; ends earlier when the compiler has become quiet
 * @param secondsMax for everything; rounds are left out when time runs short
 * @param traces whether system calls are counted, where perf can
 * @param seed of the random order
 */
public record Plan(
        List<Workload> workloads,
        List<Contender> contenders,
        Optional<Contender> twin,
        int forks,
        int rounds,
        int extraRoundsMax,
        double blockSeconds,
        double warmSecondsMax,
        Optional<Double> secondsMax,
        boolean traces,
        long seed) {

    /**
     * A block is taken in slices of this length, between those of the other servers. What slows the machine down for a moment
     * then slows all of them.
     */
    static final double SLICE_SECONDS = 0.025;
    /** Of load before each slice. */
    private static final double SETTLE_SECONDS = 0.0075;

    private static final double PACED_SETTLE_SECONDS = 0.3;
    private static final int PACED_ROUNDS = 2;
    private static final double TRACE_SECONDS = 0.4;
    static final double PEAK_SECONDS = 1;

    // What things take beside the load, for estimates.
    private static final double START_SECONDS = 1;
    private static final double WARM_SHARE = 0.6;
    private static final double SLICE_OVERHEAD_SECONDS = 0.001;
    private static final double TRACE_OVERHEAD_SECONDS = 0.3;
    private static final double END_SECONDS = 0.1;
    private static final double MEMORY_SECONDS = 5;
    private static final double CONNECTIONS_PER_SECOND = 8000;

    /** Requires something to do, for a while. */
    public Plan {
        if (workloads.isEmpty() || contenders.isEmpty()) {
            throw new IllegalArgumentException("There is nothing to measure: name a workload and a server.");
        }
        requireOnce(workloads.stream().map(Workload::name).toList());
        requireOnce(contenders.stream().map(Contender::name).toList());
        twin.filter(server -> !contenders.contains(server)).ifPresent(server -> {
            throw new IllegalArgumentException(
                    "The twin " + server.name() + " is none of the servers that are measured.");
        });
        if (forks < 1 || rounds < 1) {
            throw new IllegalArgumentException(
                    "forks and rounds must be at least 1, but were " + forks + " and " + rounds + ".");
        }
        if (!(blockSeconds > 0)) {
            throw new IllegalArgumentException("seconds must be more than 0, but was " + blockSeconds + ".");
        }
    }

    /** Blocks of the same name would pair with each other as if there were more of them than were taken. */
    private static void requireOnce(List<String> names) {
        names.stream()
                .filter(name -> names.indexOf(name) != names.lastIndexOf(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException(name + " is named twice.");
                });
    }

    /** The same for other workloads. */
    Plan of(List<Workload> others) {
        return new Plan(
                others,
                contenders,
                twin,
                forks,
                rounds,
                extraRoundsMax,
                blockSeconds,
                warmSecondsMax,
                secondsMax,
                traces,
                seed);
    }

    /** How many processes are up at a time. */
    int instances() {
        return contenders.size() + (twin.isPresent() ? 1 : 0);
    }

    /** Workloads that one set of processes serves: rates that are shares of the same peak, and any other alone. */
    List<List<Workload>> groups() {
        Map<String, List<Workload>> groups = new LinkedHashMap<>();
        for (Workload workload : workloads) {
            String key = workload.isPaced() ? "paced " + workload.peak().name() : workload.name();
            groups.computeIfAbsent(key, name -> new ArrayList<>()).add(workload);
        }
        return List.copyOf(groups.values());
    }

    /** Latency needs long blocks and few; cost needs short blocks and many. */
    int roundsOf(Workload workload) {
        return workload.isPaced() ? Math.min(rounds, PACED_ROUNDS) : rounds;
    }

    /** How many slices make a block. Messages on a schedule are not cut into slices. */
    int slicesOf(Workload workload) {
        return workload.isPaced() ? 1 : Math.max(1, (int) Math.round(blockSeconds / SLICE_SECONDS));
    }

    double sliceSecondsOf(Workload workload) {
        return workload.isPaced()
                ? blockSeconds * (rounds / (double) roundsOf(workload))
                : Math.min(blockSeconds, SLICE_SECONDS);
    }

    double settleSecondsOf(Workload workload) {
        return workload.isPaced() ? PACED_SETTLE_SECONDS : SETTLE_SECONDS;
    }

    /** How long one round of a workload takes. */
    double roundSecondsOf(Workload workload) {
        double slice = settleSecondsOf(workload) + sliceSecondsOf(workload) + SLICE_OVERHEAD_SECONDS;
        return 2 * instances() * slicesOf(workload) * slice;
    }

    /** How long the workloads of a group take if nothing is disturbed. */
    double secondsOf(List<Workload> group) {
        Workload first = group.get(0);
        double opening = (first.connections() + first.idle()) / CONNECTIONS_PER_SECOND;
        if (first.kind() == Workload.Kind.MEMORY) {
            return contenders.size() * (MEMORY_SECONDS + opening);
        }
        double start = START_SECONDS + opening + WARM_SHARE * warmSecondsMax + (first.isPaced() ? 2 * PEAK_SECONDS : 0);
        double rounds = group.stream()
                .mapToDouble(workload -> roundsOf(workload) * roundSecondsOf(workload))
                .sum();
        // The first half is there to warm up.
        rounds += first.isPaced() ? 0 : roundSecondsOf(first) / 2;
        return forks * (instances() * start + rounds) + finishSeconds(first);
    }

    /** Counting system calls needs little time. */
    double traceSeconds() {
        return Math.min(TRACE_SECONDS, blockSeconds);
    }

    /** What follows the blocks of a workload. */
    double finishSeconds(Workload workload) {
        boolean traced = traces && !workload.isPaced();
        return instances() * (END_SECONDS + (traced ? traceSeconds() + TRACE_OVERHEAD_SECONDS : 0));
    }

    /** How long everything takes if nothing is disturbed. */
    public double seconds() {
        double all = groups().stream().mapToDouble(this::secondsOf).sum();
        return secondsMax.map(limit -> Math.min(limit, all)).orElse(all);
    }
}
