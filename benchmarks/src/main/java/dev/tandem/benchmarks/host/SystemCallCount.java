package dev.tandem.benchmarks.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Counts the system calls of a process with perf, until told to stop. Costs the process some time itself. */
public final class SystemCallCount {

    private static final String EVENT = "raw_syscalls:sys_enter";

    /** perf needs a moment until it counts. */
    private static final int ATTACH_MILLIS = 150;

    private final Optional<Process> perf;

    private SystemCallCount(Optional<Process> perf) {
        this.perf = perf;
    }

    /** Why system calls cannot be counted on this host; empty if they can. */
    public static Optional<String> obstacle() {
        if (Tools.find("perf").isEmpty()) {
            return Optional.of("perf is not installed");
        }
        return Tools.output("perf", "stat", "-x,", "-e", EVENT, "true")
                .filter(text -> text.contains(EVENT) && !text.contains("not "))
                .map(text -> Optional.<String>empty())
                .orElse(Optional.of("perf may not count " + EVENT + " here; root may"));
    }

    /** Begins to count, if perf is there. */
    public static SystemCallCount start(long pid) throws IOException {
        if (Tools.find("perf").isEmpty()) {
            return new SystemCallCount(Optional.empty());
        }
        Process process = new ProcessBuilder(List.of("perf", "stat", "-x,", "-e", EVENT, "-p", Long.toString(pid)))
                .redirectErrorStream(true)
                .start();
        try {
            Thread.sleep(ATTACH_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new SystemCallCount(Optional.of(process));
    }

    /** How many there were; empty if they could not be counted. */
    public OptionalDouble stop() throws IOException {
        if (perf.isEmpty()) {
            return OptionalDouble.empty();
        }
        // perf prints its counts when it is interrupted.
        Tools.run(List.of("kill", "-INT", Long.toString(perf.get().pid())));
        String output = new String(perf.get().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output.lines()
                .filter(line -> line.contains(EVENT))
                .map(line -> line.split(",")[0])
                .filter(count -> count.matches("\\d+"))
                .mapToDouble(Double::parseDouble)
                .findFirst();
    }
}
