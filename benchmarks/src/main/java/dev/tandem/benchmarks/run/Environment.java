package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.CpuSet;
import dev.tandem.benchmarks.host.HostFacts;
import dev.tandem.benchmarks.host.Tools;
import java.util.Map;
import java.util.TreeMap;

/** The host and the software of a run, as its reader needs them. */
final class Environment {

    private Environment() {}

    static Map<String, String> describe(Launch launch) {
        Map<String, String> environment = HostFacts.describe();
        environment.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        environment.put("serverFlags", String.join(" ", launch.serverFlags()));
        environment.put("serverCpus", launch.serverCpus().map(CpuSet::toString).orElse("not pinned"));
        environment.put("driverCpus", launch.driverCpus().map(CpuSet::toString).orElse("not pinned"));
        environment.put("loops", Integer.toString(launch.loops()));
        environment.put("commit", commit());
        environment.put("loadBefore", HostFacts.loadAverage());
        return new TreeMap<>(environment);
    }

    private static String commit() {
        String directory = Launch.netty41Directory().getParent().getParent().toString();
        return Tools.output("git", "-C", directory, "rev-parse", "HEAD")
                .map(hash -> hash + (isDirty(directory) ? " with changes" : ""))
                .orElse("unknown");
    }

    private static boolean isDirty(String directory) {
        return Tools.output("git", "-C", directory, "status", "--porcelain")
                .map(changes -> !changes.isBlank())
                .orElse(false);
    }
}
