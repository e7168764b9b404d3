package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.report.Page.Cell;
import dev.tandem.benchmarks.stats.Ratio;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** All servers under all workloads in one table: how many times as much CPU time a message costs as on one of them. */
final class Glance {

    /** Beyond this a difference is called large. */
    private static final double LARGE = 1.5;

    private final Analysis analysis;

    Glance(Analysis analysis) {
        this.analysis = analysis;
    }

    void addTo(Page page) {
        Optional<String> baseline = analysis.baseline();
        List<String> workloads = analysis.costWorkloads().stream()
                .filter(workload -> baseline.isPresent()
                        && analysis.cost(workload, baseline.get()).isPresent())
                .toList();
        if (workloads.isEmpty() || analysis.contenders().size() < 2) {
            return;
        }
        String base = baseline.orElseThrow();
        page.section("At a glance");
        page.remark("CPU time per message over that of " + analysis.title(base)
                + ": 2.00 is twice as much. In colour, what is" + " beyond the noise and rests on " + Ratio.PAIRS_MIN
                + " pairs or more; green is less, red is more.");
        List<String> head = new ArrayList<>(List.of("Workload"));
        analysis.contenders().stream()
                .filter(contender -> !contender.equals(base))
                .map(analysis::title)
                .forEach(head::add);
        page.tightTable(
                head, workloads.stream().map(workload -> row(workload, base)).toList());
    }

    private List<Cell> row(String workload, String base) {
        List<Cell> cells = new ArrayList<>(List.of(Cell.of(analysis.workloadTitle(workload))));
        for (String contender : analysis.contenders()) {
            if (!contender.equals(base)) {
                cells.add(cell(workload, analysis.costRatio(workload, contender, base)));
            }
        }
        return cells;
    }

    private Cell cell(String workload, Optional<Ratio> ratio) {
        if (ratio.isEmpty()) {
            return Cell.of("–");
        }
        double estimate = ratio.get().estimate();
        String text = String.format(Locale.ROOT, estimate < 10 ? "%.2f" : "%.1f", estimate);
        boolean counts = analysis.noise(workload).filter(ratio.get()::isBeyond).isPresent();
        if (!counts) {
            return new Cell(text, "same");
        }
        return new Cell(
                text, (estimate < 1 ? "less" : "more") + (Math.max(estimate, 1 / estimate) > LARGE ? " much" : ""));
    }
}
