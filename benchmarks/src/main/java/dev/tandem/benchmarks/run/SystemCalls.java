package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Counts system calls of a process with perf, while a load runs. Blocks with it are not measured: it costs time itself. */
final class SystemCalls {

    private static final String EVENT = "raw_syscalls:sys_enter";

    private final Process perf;
    private final double seconds;

    private SystemCalls(Process perf, double seconds) {
        this.perf = perf;
        this.seconds = seconds;
    }

    /** Why system calls cannot be counted here; empty if they can. */
    static Optional<String> obstacle() {
        if (Tools.find("perf").isEmpty()) {
            return Optional.of("perf is not installed");
        }
        return Tools.output("perf", "stat", "-x,", "-e", EVENT, "true")
                .filter(text -> text.contains(EVENT) && !text.contains("not "))
                .map(text -> Optional.<String>empty())
                .orElse(Optional.of("perf may not count " + EVENT + " here; root may"));
    }

    /** Counts from a while after now, when the load has settled. */
    static SystemCalls start(long pid, double delaySeconds, double seconds) throws LoadFailed {
        String script = String.format(
                Locale.ROOT,
                "sleep %.2f; exec perf stat -x, -e %s -p %d -- sleep %.2f",
                delaySeconds,
                EVENT,
                pid,
                seconds);
        try {
            Process process = new ProcessBuilder(List.of("sh", "-c", script))
                    .redirectErrorStream(true)
                    .start();
            return new SystemCalls(process, seconds);
        } catch (IOException e) {
            throw new LoadFailed("perf did not start: " + e.getMessage(), e);
        }
    }

    /** Calls per second, once it is done. */
    OptionalDouble perSecond() {
        try {
            String output = new String(perf.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return output.lines()
                    .filter(line -> line.contains(EVENT))
                    .map(line -> line.split(",")[0])
                    .filter(count -> count.matches("\\d+"))
                    .mapToDouble(count -> Double.parseDouble(count) / seconds)
                    .findFirst();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }
}
