package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.Point;
import dev.tandem.benchmarks.result.Results;
import dev.tandem.benchmarks.stats.Interval;
import dev.tandem.benchmarks.stats.Ratio;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What can be said about results: the cost of each point, the ratio of any two, and the noise below which nothing is said. */
final class Analysis {

    /** With fewer undisturbed blocks than this, all are shown, marked as disturbed. */
    private static final int BLOCKS_MIN = 3;

    private final Results results;

    Analysis(Results results) {
        this.results = results;
    }

    /**
     * A figure of one point.
     *
     * @param disturbed whether so few blocks were undisturbed that it comes from all of them
     */
    record Figure(Interval interval, boolean disturbed, int rejected) {}

    /** Where a block stands, so that blocks of two servers can be paired. */
    private record Place(int fork, int round, int half) {
        static Place of(Block block) {
            return new Place(block.fork(), block.round(), block.half());
        }
    }

    Results results() {
        return results;
    }

    List<Block> blocks(String workload, String contender, boolean twin) {
        return results.blocks().stream()
                .filter(block -> block.workload().equals(workload)
                        && block.contender().equals(contender)
                        && block.twin() == twin)
                .toList();
    }

    Optional<Point> point(String workload, String contender) {
        return results.points().stream()
                .filter(point ->
                        point.workload().equals(workload) && point.contender().equals(contender))
                .findFirst();
    }

    /** Some figure of the blocks of a point. */
    Optional<Figure> figure(String workload, String contender, ToDoubleFunction<Block> value) {
        List<Block> all = blocks(workload, contender, false);
        List<Block> accepted = all.stream().filter(Block::isAccepted).toList();
        boolean disturbed = accepted.size() < BLOCKS_MIN;
        List<Double> values = (disturbed ? all : accepted)
                .stream()
                        .map(value::applyAsDouble)
                        .filter(number -> !number.isNaN())
                        .toList();
        return values.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure(Interval.of(values), disturbed, all.size() - accepted.size()));
    }

    /** CPU time per message, in nanoseconds. */
    Optional<Figure> cost(String workload, String contender) {
        return figure(workload, contender, Block::serverCpuNanosPerMessage);
    }

    /** CPU time per message of one server over that of another, from undisturbed blocks of the same half of a round. */
    Optional<Ratio> costRatio(String workload, String left, String right) {
        return ratio(blocks(workload, left, false), blocks(workload, right, false));
    }

    /** CPU time per message of two processes of the same server. */
    Optional<Ratio> noiseRatio(String workload) {
        return twin().flatMap(twin -> ratio(blocks(workload, twin, false), blocks(workload, twin, true)));
    }

    /**
     * How far apart two processes of the same server may seem; nothing smaller is called a difference. Unknown from few pairs,
     * which may agree by chance.
     */
    Optional<Double> noise(String workload) {
        return noiseRatio(workload)
                .filter(ratio -> ratio.pairs() >= Ratio.PAIRS_MIN)
                .map(Ratio::farthestFromOne);
    }

    Optional<String> twin() {
        String twin = results.settings().getOrDefault("twin", "none");
        return twin.equals("none") ? Optional.empty() : Optional.of(twin);
    }

    private static Optional<Ratio> ratio(List<Block> left, List<Block> right) {
        Map<Place, Block> partners = right.stream()
                .filter(Block::isAccepted)
                .collect(Collectors.toMap(Place::of, block -> block, (first, second) -> first));
        List<Ratio.Pair> pairs = new ArrayList<>();
        for (Block block : left) {
            Block partner = partners.get(Place.of(block));
            if (block.isAccepted() && partner != null) {
                pairs.add(new Ratio.Pair(block.serverCpuNanosPerMessage(), partner.serverCpuNanosPerMessage()));
            }
        }
        return pairs.isEmpty() ? Optional.empty() : Optional.of(Ratio.of(pairs));
    }

    String title(String contender) {
        return results.contenders().stream()
                .filter(setup -> setup.name().equals(contender))
                .map(Results.Setup::title)
                .findFirst()
                .orElse(contender);
    }

    String workloadTitle(String workload) {
        return results.workloads().getOrDefault(workload, workload);
    }

    /** Workloads whose name begins so, in the order of the run. */
    List<String> workloads(String... kinds) {
        return results.workloads().keySet().stream()
                .filter(name -> List.of(kinds).contains(name.substring(0, name.indexOf('-'))))
                .toList();
    }

    /** Those that measure the cost of a message. */
    List<String> costWorkloads() {
        return workloads("pingpong", "frames", "stream", "churn", "idle", "slow");
    }

    /** The server that others are compared with. */
    Optional<String> baseline() {
        List<String> contenders = contenders();
        return contenders.contains("tandem-epoll")
                ? Optional.of("tandem-epoll")
                : contenders.stream().findFirst();
    }

    List<String> contenders() {
        return results.contenders().stream().map(Results.Setup::name).toList();
    }
}
