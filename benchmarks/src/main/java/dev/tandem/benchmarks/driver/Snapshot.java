package dev.tandem.benchmarks.driver;

import dev.tandem.benchmarks.host.ProcessUsage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;

/** Where everything stood at one end of the measured window. */
record Snapshot(long nanos, long driverCpuNanos, long messages, long bytes, ProcessUsage server) {

    static Snapshot take(Load load) throws IOException {
        long pid = load.options().serverPid();
        ProcessUsage server = pid == 0 ? new ProcessUsage(Map.of(), 0) : ProcessUsage.read(pid);
        return new Snapshot(
                System.nanoTime(),
                ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime(),
                load.messages(),
                load.bytes(),
                server);
    }
}
