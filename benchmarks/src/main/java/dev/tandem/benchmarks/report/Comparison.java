package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.report.Analysis.Figure;
import dev.tandem.benchmarks.result.Results;
import dev.tandem.benchmarks.stats.Interval;
import dev.tandem.benchmarks.stats.Ratio;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Two runs, point by point. They did not run beside each other, so a difference counts only if their intervals do not meet
 * and it is larger than the noise of either.
 */
final class Comparison {

    private final Analysis before;
    private final Analysis after;

    Comparison(Results before, Results after) {
        this.before = new Analysis(before);
        this.after = new Analysis(after);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>(environment());
        lines.add(String.format(Locale.ROOT, "%-24s %-20s %12s %12s %9s", "workload", "server", "A", "B", "B / A"));
        for (String workload : before.results().workloads().keySet()) {
            for (String contender : before.contenders()) {
                line(workload, contender).ifPresent(lines::add);
            }
        }
        return lines;
    }

    /** What differs between the runs beside the servers. */
    private List<String> environment() {
        List<String> lines = new ArrayList<>();
        before.results().environment().forEach((name, value) -> {
            String other = after.results().environment().getOrDefault(name, "absent");
            if (!other.equals(value) && !name.startsWith("load")) {
                lines.add("differs: " + name + ": A " + value + " | B " + other);
            }
        });
        return lines;
    }

    private Optional<String> line(String workload, String contender) {
        Optional<Figure> old = before.cost(workload, contender);
        Optional<Figure> now = after.cost(workload, contender);
        if (old.isEmpty() || now.isEmpty()) {
            return Optional.empty();
        }
        Interval a = old.get().interval();
        Interval b = now.get().interval();
        double ratio = b.estimate() / a.estimate();
        return Optional.of(String.format(
                Locale.ROOT,
                "%-24s %-20s %12s %12s %9.3f  %s",
                workload,
                contender,
                Numbers.nanos(a.estimate()),
                Numbers.nanos(b.estimate()),
                ratio,
                finding(workload, old.get(), now.get(), ratio)));
    }

    private String finding(String workload, Figure old, Figure now, double ratio) {
        if (old.disturbed() || now.disturbed()) {
            return "disturbed: no claim";
        }
        boolean apart = old.interval().high() < now.interval().low()
                || now.interval().high() < old.interval().low();
        double noise = Math.max(
                before.noise(workload).orElse(Double.MAX_VALUE),
                after.noise(workload).orElse(Double.MAX_VALUE));
        if (noise == Double.MAX_VALUE) {
            return "no claim without " + Ratio.PAIRS_MIN + " pairs of a server against itself";
        }
        return apart && Math.max(ratio, 1 / ratio) - 1 > noise
                ? "B costs " + Numbers.difference(ratio)
                : "no difference beyond the noise";
    }
}
