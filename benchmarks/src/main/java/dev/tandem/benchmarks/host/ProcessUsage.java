package dev.tandem.benchmarks.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What the kernel has accounted to a process, thread by thread, from {@code /proc/PID/task}.
 *
 * @param residentBytes memory of the process that is in RAM
 */
public record ProcessUsage(Map<Integer, ThreadUsage> threads, long residentBytes) {

    /** The usage of a process now. Throws {@link IOException} if there is no such process. */
    public static ProcessUsage read(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        Map<Integer, ThreadUsage> threads = new HashMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
            for (Path task : tasks) {
                ThreadUsage.read(task).ifPresent(thread -> threads.put(thread.id(), thread));
            }
        }
        return new ProcessUsage(threads, residentBytes(pid));
    }

    /** Of two processes together. The memory is that of this one. */
    public ProcessUsage and(ProcessUsage other) {
        Map<Integer, ThreadUsage> all = new HashMap<>(threads);
        all.putAll(other.threads);
        return new ProcessUsage(all, residentBytes);
    }

    /** Memory of the process that is in RAM, or 0 if there is no such process. */
    public static long residentBytes(long pid) {
        return ProcFiles.read(Path.of("/proc", Long.toString(pid), "status"))
                .map(status -> ProcFiles.labelled(status, "\nVmRSS:") << 10)
                .orElse(0L);
    }

    /** What was used since an earlier reading. A thread that ended in between is missing from it. */
    public Delta since(ProcessUsage before) {
        Delta delta = new Delta();
        for (ThreadUsage after : threads.values()) {
            delta.add(before.threads.get(after.id()), after);
        }
        return delta;
    }

    /** What a process used between two readings. */
    public static final class Delta {

        private long cpuNanos;
        private long compilerNanos;
        private long collectorNanos;
        private long busiestCpuNanos;
        private long busiestWaitedNanos;
        private long voluntarySwitches;
        private long involuntarySwitches;

        private Delta() {}

        private void add(ThreadUsage before, ThreadUsage after) {
            long cpu = after.cpuNanos() - (before == null ? 0 : before.cpuNanos());
            cpuNanos += cpu;
            switch (after.role()) {
                case COMPILER -> compilerNanos += cpu;
                case COLLECTOR -> collectorNanos += cpu;
                default -> addWork(cpu, after.waitedNanos() - (before == null ? 0 : before.waitedNanos()));
            }
            voluntarySwitches += after.voluntarySwitches() - (before == null ? 0 : before.voluntarySwitches());
            involuntarySwitches += after.involuntarySwitches() - (before == null ? 0 : before.involuntarySwitches());
        }

        private void addWork(long cpu, long waited) {
            if (cpu > busiestCpuNanos) {
                busiestCpuNanos = cpu;
                busiestWaitedNanos = waited;
            }
        }

        /** CPU time of all threads. */
        public long cpuNanos() {
            return cpuNanos;
        }

        /** CPU time of the threads that compile. */
        public long compilerNanos() {
            return compilerNanos;
        }

        /** CPU time of the threads that collect garbage. */
        public long collectorNanos() {
            return collectorNanos;
        }

        /** CPU time of the thread that used the most and is neither of these two kinds: the loop, if there is one. */
        public long busiestCpuNanos() {
            return busiestCpuNanos;
        }

        /** How long that thread waited for a CPU. */
        public long busiestWaitedNanos() {
            return busiestWaitedNanos;
        }

        /** How often threads gave the CPU up because they had to wait. */
        public long voluntarySwitches() {
            return voluntarySwitches;
        }

        /** How often threads lost the CPU to others. */
        public long involuntarySwitches() {
            return involuntarySwitches;
        }
    }
}
