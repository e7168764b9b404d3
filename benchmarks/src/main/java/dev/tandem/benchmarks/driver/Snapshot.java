package dev.tandem.benchmarks.driver;

import dev.tandem.benchmarks.host.ProcessUsage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;

/** Where everything stood at one time. */
record Snapshot(long nanos, long driverCpuNanos, long messages, long bytes, ProcessUsage server) {

    private static final ProcessUsage NOTHING = new ProcessUsage(Map.of(), 0);

    /** Without the server, which takes a while to read if it has many threads. */
    static Snapshot takeOfDriver(Load load) {
        return of(load, NOTHING);
    }

    static Snapshot take(Load load) throws IOException {
        long pid = load.options().serverPid();
        return of(load, pid == 0 ? NOTHING : ProcessUsage.read(pid));
    }

    private static Snapshot of(Load load, ProcessUsage server) {
        return new Snapshot(
                System.nanoTime(),
                ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime(),
                load.messages(),
                load.bytes(),
                server);
    }
}
