package dev.tandem.benchmarks.host;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the scheduler has accounted to one thread since it began.
 *
 * @param waitedNanos time it could have run and did not, because others had the CPU
 */
public record ThreadUsage(
        int id, String name, long cpuNanos, long waitedNanos, long voluntarySwitches, long involuntarySwitches) {

    /** What a thread does, as far as its name tells. */
    public enum Role {
        WORK,
        COMPILER,
        COLLECTOR
    }

    static Optional<ThreadUsage> read(Path task) {
        Optional<String> schedstat = ProcFiles.read(task.resolve("schedstat"));
        Optional<String> status = ProcFiles.read(task.resolve("status"));
        if (schedstat.isEmpty() || status.isEmpty()) {
            return Optional.empty();
        }
        String[] times = schedstat.get().split(" ");
        String text = status.get();
        return Optional.of(new ThreadUsage(
                Integer.parseInt(task.getFileName().toString()),
                text.substring(text.indexOf('\t') + 1, text.indexOf('\n')),
                Long.parseLong(times[0]),
                Long.parseLong(times[1]),
                ProcFiles.labelled(text, "\nvoluntary_ctxt_switches:"),
                ProcFiles.labelled(text, "\nnonvoluntary_ctxt_switches:")));
    }

    /** HotSpot's names, of which the kernel keeps 15 characters. */
    public Role role() {
        if (name.startsWith("C1 Compiler") || name.startsWith("C2 Compiler")) {
            return Role.COMPILER;
        }
        if (name.startsWith("VM Thread") || name.startsWith("GC Thread") || name.startsWith("G1 ")) {
            return Role.COLLECTOR;
        }
        return Role.WORK;
    }
}
