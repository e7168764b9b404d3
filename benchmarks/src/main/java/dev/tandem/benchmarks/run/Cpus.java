package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.CpuSet;
import dev.tandem.benchmarks.host.Tools;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which CPUs servers and driver get.
 *
 * @param server empty if nothing can be pinned
 * @param driver empty if nothing can be pinned
 * @param remark what a reader must know about it, or empty
 */
record Cpus(Optional<CpuSet> server, Optional<CpuSet> driver, String remark) {

    /** As wished, or else one CPU for the server and another core for the driver. */
    static Cpus choose(Optional<CpuSet> serverWish, Optional<CpuSet> driverWish) {
        if (Tools.find("taskset").isEmpty()) {
            return unpinned("taskset (of util-linux) is not installed, so nothing is pinned and figures scatter more.");
        }
        CpuSet allowed = CpuSet.allowed();
        if (allowed.size() < 2) {
            return unpinned(
                    "There is one CPU. Server and driver share it: costs are comparable, rates and latencies are"
                            + " not.");
        }
        requireAllowed(serverWish, allowed);
        requireAllowed(driverWish, allowed);
        CpuSet server = serverWish.orElseGet(() -> one(allowed));
        CpuSet elsewhere = allowed.without(server.withSiblings());
        if (elsewhere.size() == 0) {
            elsewhere = allowed.without(server);
        }
        CpuSet free = elsewhere;
        if (driverWish.isEmpty() && free.size() == 0) {
            throw new IllegalArgumentException("--server-cpus " + server
                    + " leaves none for the driver; this process may" + " use " + allowed + ".");
        }
        CpuSet driver = driverWish.orElseGet(() -> one(free));
        return new Cpus(Optional.of(server), Optional.of(driver), "");
    }

    private static void requireAllowed(Optional<CpuSet> wish, CpuSet allowed) {
        wish.map(cpus -> cpus.without(allowed)).filter(cpus -> cpus.size() > 0).ifPresent(cpus -> {
            throw new IllegalArgumentException(
                    "CPUs " + cpus + " are not there; this process may use " + allowed + ".");
        });
    }

    private static Cpus unpinned(String remark) {
        return new Cpus(Optional.empty(), Optional.empty(), remark);
    }

    private static CpuSet one(CpuSet cpus) {
        SortedSet<Integer> first = new TreeSet<>();
        first.add(cpus.cpus().first());
        return new CpuSet(first);
    }
}
