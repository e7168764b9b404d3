package dev.tandem.benchmarks.run;

import java.util.List;
import java.util.Optional;

/**
 * What to measure and how long.
 *
 * @param workloads in this order
 * @param contenders the servers
 * @param twin the server that is also measured against itself
 * @param forks how often every server is started anew
 * @param rounds in each fork; each gives two blocks of every server, and so two pairs of any two
 * @param blockSeconds of measuring
 * @param settleSeconds of load before it, in each block
 * @param warmSecondsMax of load before the first block; ends earlier when the compiler has become quiet
 * @param repeatsMax how often a disturbed block is repeated before it is given up
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
        double blockSeconds,
        double settleSeconds,
        double warmSecondsMax,
        int repeatsMax,
        Optional<Double> secondsMax,
        boolean traces,
        long seed) {

    private static final double START_SECONDS = 1.2;
    static final double BLOCK_OVERHEAD_SECONDS = 0.12;
    private static final double TRACE_OVERHEAD_SECONDS = 0.3;
    private static final double END_SECONDS = 0.05;
    private static final int LATENCY_ROUNDS = 2;

    /** Requires something to do, for a while. */
    public Plan {
        if (workloads.isEmpty() || contenders.isEmpty()) {
            throw new IllegalArgumentException("There is nothing to measure: name a workload and a server.");
        }
        if (forks < 1 || rounds < 1) {
            throw new IllegalArgumentException(
                    "forks and rounds must be at least 1, but were " + forks + " and " + rounds + ".");
        }
        if (!(blockSeconds > 0)) {
            throw new IllegalArgumentException("blockSeconds must be more than 0, but was " + blockSeconds + ".");
        }
    }

    /** How many processes are up at a time. */
    int instances() {
        return contenders.size() + (twin.isPresent() ? 1 : 0);
    }

    /** Latency needs long blocks and few; cost needs short blocks and many. */
    int roundsOf(Workload workload) {
        return workload.isPaced() ? Math.min(rounds, LATENCY_ROUNDS) : rounds;
    }

    double blockSecondsOf(Workload workload) {
        return workload.isPaced() ? blockSeconds * (rounds / (double) roundsOf(workload)) : blockSeconds;
    }

    /** How long a workload takes if nothing is disturbed. */
    double secondsOf(Workload workload) {
        double start = instances() * (START_SECONDS + warmSecondsMax);
        if (workload.kind() == Workload.Kind.MEMORY) {
            return contenders.size() * (START_SECONDS + 2 + workload.connections() / 5000.0);
        }
        double block = blockSecondsOf(workload) + settleSeconds + BLOCK_OVERHEAD_SECONDS;
        return forks * (start + 2 * roundsOf(workload) * instances() * block) + finishSeconds();
    }

    /** Counting system calls needs no more than a block. */
    double traceSeconds() {
        return Math.min(1, blockSeconds);
    }

    /** What follows the blocks of a workload. */
    double finishSeconds() {
        return instances() * (END_SECONDS + (traces ? traceSeconds() + TRACE_OVERHEAD_SECONDS : 0));
    }

    /** How long everything takes if nothing is disturbed. */
    public double seconds() {
        double all = workloads.stream().mapToDouble(this::secondsOf).sum();
        return secondsMax.map(limit -> Math.min(limit, all)).orElse(all);
    }
}
