package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.stats.Ratio;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What Tandem promises itself, as CPU time per message against others on the same work, and whether it is kept. */
final class Targets {

    private static final List<String> TANDEM = List.of("tandem-epoll", "tandem-iouring");
    private static final List<String> NETTY =
            List.of("netty-epoll", "netty-iouring", "netty-iouring-ring", "netty41-incubator");
    private static final double C_SHARE = 1 / 0.85;

    private final Analysis analysis;

    Targets(Analysis analysis) {
        this.analysis = analysis;
    }

    private record Target(String workload, List<String> ours, List<String> others, double ratioMax) {}

    /** A target and what became of it. */
    record Row(String workload, String ours, String others, double ratioMax, Optional<Ratio> ratio) {

        String outcome() {
            if (ratio.isEmpty()) {
                return "not measured";
            }
            if (ratio.get().pairs() < Ratio.PAIRS_MIN) {
                return "open: " + ratio.get().pairs() + " undisturbed pairs";
            }
            if (ratio.get().estimate() <= ratioMax) {
                return "met";
            }
            return ratio.get().low() <= ratioMax ? "missed, within the interval" : "missed";
        }
    }

    private static List<Target> targets() {
        List<Target> targets = new ArrayList<>();
        for (String size : List.of("64b", "16b")) {
            targets.add(new Target("frames-c50-" + size + "-d64", TANDEM, NETTY, 0.25));
            targets.add(
                    new Target("frames-c50-" + size + "-d64", List.of("tandem-epoll"), List.of("c-epoll"), C_SHARE));
            targets.add(new Target(
                    "frames-c50-" + size + "-d64", List.of("tandem-iouring"), List.of("c-iouring"), C_SHARE));
        }
        for (String pingPong :
                List.of("pingpong-c1-64b", "pingpong-c50-64b", "pingpong-c256-64b", "pingpong-c1000-64b")) {
            targets.add(new Target(pingPong, List.of("tandem-epoll"), List.of("netty-epoll"), 0.95));
            targets.add(new Target(pingPong, TANDEM, List.of("vertx"), 0.8));
            targets.add(new Target(pingPong, TANDEM, List.of("reactor-netty"), 0.7));
            if (!pingPong.contains("-c1-")) {
                targets.add(new Target(pingPong, TANDEM, List.of("blocking-platform"), 0.6));
            }
            targets.add(new Target(pingPong, List.of("tandem-epoll"), List.of("c-epoll"), C_SHARE));
            targets.add(new Target(pingPong, List.of("tandem-iouring"), List.of("c-iouring"), C_SHARE));
        }
        return targets;
    }

    /** Those whose workload was run. */
    List<Row> rows() {
        return targets().stream()
                .filter(target -> analysis.results().workloads().containsKey(target.workload()))
                .map(this::row)
                .toList();
    }

    /** The cheapest of ours against the cheapest of theirs. */
    private Row row(Target target) {
        Optional<String> ours = cheapest(target.workload(), target.ours());
        Optional<String> others = cheapest(target.workload(), target.others());
        Optional<Ratio> ratio =
                ours.flatMap(left -> others.flatMap(right -> analysis.costRatio(target.workload(), left, right)));
        return new Row(
                target.workload(),
                ours.orElse(target.ours().get(0)),
                others.orElse(target.others().get(0)),
                target.ratioMax(),
                ratio);
    }

    private Optional<String> cheapest(String workload, List<String> contenders) {
        return contenders.stream()
                .filter(contender -> analysis.cost(workload, contender).isPresent())
                .min(Comparator.comparingDouble(contender -> analysis.cost(workload, contender)
                        .orElseThrow()
                        .interval()
                        .estimate()));
    }
}
