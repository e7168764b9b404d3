package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.HostFacts;
import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.Point;
import dev.tandem.benchmarks.result.Results;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** All workloads of a plan, one after the other. */
public final class Experiment {

    /** Longer than any run. */
    private static final long NEVER_NANOS = 1L << 60;

    private final Plan plan;
    private final Launch launch;
    private final Progress progress;
    private final BooleanSupplier stopped;
    private final boolean useC;
    private final Obstacles obstacles;
    private final Instant startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final long beginNanos = System.nanoTime();
    private final Map<String, String> environment;
    private final List<Point> points = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private boolean complete;

    /** @param stopped asked often: whether to end with what there is */
    Experiment(Plan plan, Launch launch, Progress progress, BooleanSupplier stopped, boolean useC) {
        this.plan = plan;
        this.launch = launch;
        this.progress = progress;
        this.stopped = stopped;
        this.useC = useC;
        this.obstacles = new Obstacles(launch);
        this.environment = Environment.describe(launch);
    }

    /** Says what is skipped and why, before anything runs. */
    public void announce() {
        for (Workload workload : plan.workloads()) {
            Obstacles.of(workload).ifPresent(why -> progress.say("Skipped: " + workload.name() + ": " + why + "."));
        }
        for (Contender contender : plan.contenders()) {
            List<String> reasons = plan.workloads().stream()
                    .map(workload -> obstacles.of(contender, workload))
                    .flatMap(Optional::stream)
                    .distinct()
                    .toList();
            reasons.forEach(why -> progress.say("Not run: " + contender.name() + ": " + why + "."));
        }
        progress.plan(plan.seconds(), plan.secondsMax().orElse(Double.MAX_VALUE));
    }

    /** Runs it. Returns whether every point that could run has figures. */
    public boolean run() {
        try (BlockTaker taker = new BlockTaker(launch, useC)) {
            List<Workload> runnable = plan.workloads().stream()
                    .filter(workload -> Obstacles.of(workload).isEmpty())
                    .toList();
            for (int i = 0; i < runnable.size() && !stopped.getAsBoolean(); i++) {
                run(runnable.get(i), taker, deadlineNanos(runnable.size() - i));
            }
        }
        complete = !stopped.getAsBoolean();
        return points.stream().noneMatch(point -> point.status() == Point.Status.FAILED);
    }

    /** Every workload gets an equal share of the time that is left. */
    private long deadlineNanos(int workloadsLeft) {
        return plan.secondsMax()
                .map(seconds -> {
                    long left = beginNanos + (long) (seconds * 1e9) - System.nanoTime();
                    return System.nanoTime() + left / workloadsLeft;
                })
                .orElse(System.nanoTime() + NEVER_NANOS);
    }

    private void run(Workload workload, BlockTaker taker, long deadlineNanos) {
        progress.milestone(workload.title());
        List<Contender> runnable = new ArrayList<>();
        for (Contender contender : plan.contenders()) {
            Optional<String> obstacle = obstacles.of(contender, workload);
            obstacle.ifPresent(why -> points.add(
                    new Point(workload.name(), contender.name(), Point.Status.NOT_RUN, why, Map.of(), Map.of())));
            if (obstacle.isEmpty()) {
                runnable.add(contender);
            }
        }
        if (workload.kind() == Workload.Kind.MEMORY) {
            measureMemory(workload, taker, runnable);
            return;
        }
        Contest contest = new Contest(plan, launch, taker, progress, stopped, workload);
        contest.run(runnable, deadlineNanos);
        blocks.addAll(contest.blocks());
        runnable.forEach(contender -> points.add(contest.point(contender)));
    }

    private void measureMemory(Workload workload, BlockTaker taker, List<Contender> runnable) {
        MemoryContest memory = new MemoryContest(launch, taker, workload);
        for (Contender contender : runnable) {
            if (!stopped.getAsBoolean()) {
                progress.step(workload.name() + ": " + contender.name());
                Point point = memory.measure(contender);
                points.add(point);
                if (point.status() == Point.Status.FAILED) {
                    progress.say("FAILED " + workload.name() + " " + contender.name() + ": " + point.reason());
                }
            }
        }
        progress.done(plan.secondsOf(workload));
    }

    /** What there is so far. */
    public Results results(String command) {
        environment.put("loadAfter", HostFacts.loadAverage());
        Map<String, String> workloads = new LinkedHashMap<>();
        plan.workloads().forEach(workload -> workloads.put(workload.name(), workload.title()));
        return new Results(
                Results.SCHEMA,
                startedAt.toString(),
                (System.nanoTime() - beginNanos) / 1e9,
                command,
                complete,
                environment,
                settings(),
                workloads,
                plan.contenders().stream().map(Experiment::setup).toList(),
                points,
                blocks);
    }

    private static Results.Setup setup(Contender contender) {
        return new Results.Setup(
                contender.name(),
                contender.title(),
                contender.family().name(),
                contender.configuration(),
                contender.source());
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("forks", Integer.toString(plan.forks()));
        settings.put("rounds", Integer.toString(plan.rounds()));
        settings.put("blockSeconds", Double.toString(plan.blockSeconds()));
        settings.put("settleSeconds", Double.toString(plan.settleSeconds()));
        settings.put("warmSecondsMax", Double.toString(plan.warmSecondsMax()));
        settings.put("repeatsMax", Integer.toString(plan.repeatsMax()));
        settings.put("seed", Long.toString(plan.seed()));
        settings.put("twin", plan.twin().map(Contender::name).orElse("none"));
        settings.put("driver", useC ? "c" : "java");
        return settings;
    }
}
