package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.Point;
import dev.tandem.benchmarks.run.Workload;
import dev.tandem.benchmarks.stats.Ratio;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

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
        cheapest().ifPresent(sentences::add);
        List<String> contenders = analysis.contenders();
        if (contenders.contains(EPOLL) && contenders.contains(IO_URING)) {
            compare(IO_URING, EPOLL).ifPresent(sentences::add);
        }
        String baseline = analysis.baseline().orElse("");
        for (String contender : contenders) {
            if (!contender.equals(baseline) && !contender.equals(IO_URING)) {
                compareByKind(contender, baseline).ifPresent(sentences::add);
            }
        }
        noise().ifPresent(sentences::add);
        driver().ifPresent(sentences::add);
        quality().ifPresent(sentences::add);
        failures().ifPresent(sentences::add);
        return sentences;
    }

    private List<String> costWorkloads() {
        return analysis.costWorkloads();
    }

    /** Which servers nobody beats beyond the noise. The references in C are no servers that one would choose. */
    private Optional<String> cheapest() {
        List<String> choices = analysis.contenders().stream()
                .filter(contender -> !contender.startsWith("c-"))
                .toList();
        List<String> workloads = costWorkloads().stream()
                .filter(workload -> analysis.noise(workload).isPresent())
                .toList();
        if (choices.size() < 2 || workloads.isEmpty()) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        for (String contender : choices) {
            long unbeaten = workloads.stream()
                    .filter(workload -> isUnbeaten(workload, contender, choices))
                    .count();
            if (unbeaten > 0) {
                parts.add(analysis.title(contender) + " " + unbeaten);
            }
        }
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "In how many of " + workloads.size() + (workloads.size() == 1 ? " workload" : " workloads")
                                + " nobody needed less CPU per message, beyond the noise and the C references aside: "
                                + String.join(", ", parts) + ".");
    }

    private boolean isUnbeaten(String workload, String contender, List<String> choices) {
        return analysis.cost(workload, contender).isPresent()
                && choices.stream()
                        .filter(other -> !other.equals(contender))
                        .flatMap(other -> finding(workload, other, contender).stream())
                        .allMatch(finding -> finding.outcome() == Outcome.MORE || finding.outcome() == Outcome.SAME);
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
        return against(left, right, parts);
    }

    /** Shorter, for pairs of which the table says the rest: a range for each kind of workload. */
    private Optional<String> compareByKind(String left, String right) {
        Map<String, List<Finding>> kinds = new LinkedHashMap<>();
        for (String workload : costWorkloads()) {
            finding(workload, left, right)
                    .ifPresent(finding -> kinds.computeIfAbsent(
                                    Workload.parse(workload).kind().words(), kind -> new ArrayList<>())
                            .add(finding));
        }
        List<String> parts = new ArrayList<>();
        kinds.forEach((kind, findings) -> parts.add(kind + " " + ofKind(findings)));
        return against(left, right, parts);
    }

    private Optional<String> against(String left, String right, List<String> parts) {
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(analysis.title(left) + " against " + analysis.title(right) + ", CPU per message: "
                        + String.join("; ", parts) + ".");
    }

    private static String ofKind(List<Finding> findings) {
        List<Finding> claims = findings.stream()
                .filter(finding -> finding.outcome() == Outcome.LESS || finding.outcome() == Outcome.MORE)
                .sorted(Comparator.comparingDouble(Finding::ratio))
                .toList();
        List<String> parts = new ArrayList<>();
        if (!claims.isEmpty()) {
            parts.add(range(claims));
        }
        for (Outcome outcome : List.of(Outcome.SAME, Outcome.UNKNOWN)) {
            if (findings.stream().anyMatch(finding -> finding.outcome() == outcome)) {
                parts.add(words(outcome, findings));
            }
        }
        return String.join(", or ", parts);
    }

    private String part(Outcome outcome, List<Finding> findings) {
        return words(outcome, findings) + " ("
                + where(findings.stream().map(Finding::workload).toList()) + ")";
    }

    private static String words(Outcome outcome, List<Finding> findings) {
        return switch (outcome) {
            case LESS, MORE -> range(findings);
            case SAME -> "no difference beyond the noise";
            case UNKNOWN ->
                "no claim from fewer than " + Ratio.PAIRS_MIN
                        + " undisturbed pairs, of the two or of a server against itself";
        };
    }

    private String where(List<String> workloads) {
        return new Places(costWorkloads()).describe(workloads);
    }

    private static String range(List<Finding> findings) {
        double least = findings.get(0).ratio();
        double most = findings.get(findings.size() - 1).ratio();
        // Of savings, the smaller one first.
        boolean savings = most < 1;
        String first = Numbers.difference(savings ? most : least);
        String last = Numbers.difference(savings ? least : most);
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
                        + where(List.of(noisiest)) + ").");
    }

    /** A driver that needs more than a server may hide what the server could do. */
    private Optional<String> driver() {
        List<String> dear =
                costWorkloads().stream().filter(this::driverIsDearer).toList();
        return dear.isEmpty()
                ? Optional.empty()
                : Optional.of("The load driver itself needed more CPU per message than the cheapest server ("
                        + where(dear)
                        + "): messages per second say little there.");
    }

    private boolean driverIsDearer(String workload) {
        double server = Double.MAX_VALUE;
        double driver = Double.MAX_VALUE;
        for (String contender : analysis.contenders()) {
            server = Math.min(server, estimate(workload, contender, Block::serverCpuNanosPerMessage));
            driver = Math.min(driver, estimate(workload, contender, Block::driverCpuNanosPerMessage));
        }
        return driver > server;
    }

    private double estimate(String workload, String contender, ToDoubleFunction<Block> value) {
        return analysis.figure(workload, contender, value)
                .map(figure -> figure.interval().estimate())
                .orElse(Double.MAX_VALUE);
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
