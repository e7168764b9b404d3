package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.Point;
import dev.tandem.benchmarks.stats.Ratio;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the results say, in sentences. Nothing is said that a server measured against itself would show as well. */
final class Verdict {

    private static final String EPOLL = "tandem-epoll";
    private static final String IO_URING = "tandem-iouring";

    private final Analysis analysis;

    Verdict(Analysis analysis) {
        this.analysis = analysis;
    }

    List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        List<String> contenders = analysis.contenders();
        if (contenders.contains(EPOLL) && contenders.contains(IO_URING)) {
            compare(IO_URING, EPOLL).ifPresent(sentences::add);
        }
        String baseline = contenders.contains(EPOLL) ? EPOLL : contenders.isEmpty() ? "" : contenders.get(0);
        for (String contender : contenders) {
            if (!contender.equals(baseline) && !contender.equals(IO_URING)) {
                compare(contender, baseline).ifPresent(sentences::add);
            }
        }
        noise().ifPresent(sentences::add);
        quality().ifPresent(sentences::add);
        failures().ifPresent(sentences::add);
        return sentences;
    }

    /** Workloads that measure the cost of a message. */
    private List<String> costWorkloads() {
        return analysis.workloads("pingpong", "frames", "stream", "churn", "idle", "slow");
    }

    /** What can be said of a pair under one workload. */
    private enum Outcome {
        LESS,
        MORE,
        SAME,
        UNKNOWN
    }

    private record Finding(Outcome outcome, double ratio, String workload) {}

    private Optional<String> compare(String left, String right) {
        List<Finding> findings = costWorkloads().stream()
                .map(workload -> finding(workload, left, right))
                .flatMap(Optional::stream)
                .toList();
        List<String> parts = new ArrayList<>();
        for (Outcome outcome : Outcome.values()) {
            List<Finding> alike = findings.stream()
                    .filter(finding -> finding.outcome() == outcome)
                    .sorted(Comparator.comparingDouble(Finding::ratio))
                    .toList();
            if (!alike.isEmpty()) {
                parts.add(part(outcome, alike));
            }
        }
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(analysis.title(left) + " against " + analysis.title(right) + ", CPU time per message: "
                        + String.join("; ", parts) + ".");
    }

    private String part(Outcome outcome, List<Finding> findings) {
        String where = new Places(costWorkloads())
                .describe(findings.stream().map(Finding::workload).toList());
        return switch (outcome) {
            case LESS, MORE -> range(findings) + " (" + where + ")";
            case SAME -> "no difference beyond the noise (" + where + ")";
            case UNKNOWN -> "no claim from fewer than " + Ratio.PAIRS_MIN + " undisturbed pairs (" + where + ")";
        };
    }

    private static String range(List<Finding> findings) {
        String first = Numbers.difference(findings.get(0).ratio());
        String last = Numbers.difference(findings.get(findings.size() - 1).ratio());
        if (first.equals(last)) {
            return first;
        }
        // "11 % less to 13 % less" says "less" once too often.
        String unit = first.substring(first.lastIndexOf(' ') + 1);
        boolean sameUnit = last.endsWith(unit) && first.contains("%") == last.contains("%");
        return sameUnit
                ? first.replaceFirst(first.contains("%") ? " (less|more)$" : " times as much$", "") + " to " + last
                : first + " to " + last;
    }

    private Optional<Finding> finding(String workload, String left, String right) {
        return analysis.costRatio(workload, left, right)
                .map(ratio -> new Finding(outcome(ratio, analysis.noise(workload)), ratio.estimate(), workload));
    }

    /** Without a server measured against itself the noise is unknown, and nothing is claimed. */
    private static Outcome outcome(Ratio ratio, Optional<Double> noise) {
        if (ratio.pairs() < Ratio.PAIRS_MIN || noise.isEmpty()) {
            return Outcome.UNKNOWN;
        }
        if (!ratio.isBeyond(noise.get())) {
            return Outcome.SAME;
        }
        return ratio.estimate() < 1 ? Outcome.LESS : Outcome.MORE;
    }

    private Optional<String> noise() {
        return costWorkloads().stream()
                .filter(workload -> analysis.noise(workload).isPresent())
                .max(Comparator.comparingDouble(
                        workload -> analysis.noise(workload).orElseThrow()))
                .map(noisiest -> "Noise, two processes of the same server: up to "
                        + Numbers.percent(analysis.noise(noisiest).orElseThrow()) + " ("
                        + new Places(costWorkloads()).describe(List.of(noisiest)) + ").");
    }

    private Optional<String> quality() {
        List<Block> blocks = analysis.results().blocks();
        long rejected = blocks.stream().filter(block -> !block.isAccepted()).count();
        long clientBound = blocks.stream().filter(Block::clientBound).count();
        return blocks.isEmpty()
                ? Optional.empty()
                : Optional.of((rejected == blocks.size() ? "Nothing can be said: " : "") + rejected + " of "
                        + blocks.size() + " blocks were disturbed and do not count"
                        + (clientBound > 0 ? "; in " + clientBound + " the driver was the limit" : "") + "."
                        + (analysis.results().complete() ? "" : " The run was interrupted."));
    }

    private Optional<String> failures() {
        List<String> failed = analysis.results().points().stream()
                .filter(point -> point.status() == Point.Status.FAILED)
                .map(point -> point.contender() + " (" + point.workload() + ")")
                .toList();
        return failed.isEmpty() ? Optional.empty() : Optional.of("Failed: " + String.join(", ", failed) + ".");
    }
}
